/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DescriptorTest {
    /// `Map.copyOf` has another order in each process.
    @Test
    void annotationsAreInTheOrderOfTheirNames() {
        Map<String, String> annotations = new LinkedHashMap<>();
        for (char name = 'z'; name >= 'a'; name--) {
            annotations.put(String.valueOf(name), "");
        }

        var descriptor = new Descriptor(MediaTypes.OCI_LAYER, Digest.of(""), 0, annotations);

        assertThat(String.join("", descriptor.annotations().keySet())).isEqualTo("abcdefghijklmnopqrstuvwxyz");
    }
}
