/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.reference.ImageReference;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestLimitsTest {
    private static final ImageReference REFERENCE = ImageReference.parse("registry.example.com/app:1");

    @Test
    void asManyLayersAsCanBeMountedAreTaken() {
        assertThatCode(() -> check(500, 1)).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(501, 1)).hasMessageContaining("is too large");
    }

    @Test
    void aSizeThatNoDiskHasIsRefused() {
        assertThatCode(() -> check(1, 256L << 30)).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(2, 129L << 30)).hasMessageContaining("is too large");
        assertThatThrownBy(() -> check(3, Long.MAX_VALUE)).hasMessageContaining("is too large");
    }

    private static void check(int layers, long size) {
        var layer = new Descriptor(MediaTypes.OCI_LAYER_GZIP, Digest.of(new byte[0]), size);
        var config = new Descriptor(MediaTypes.OCI_CONFIG, Digest.of(new byte[0]), 0);
        ManifestLimits.check(
                REFERENCE,
                new Manifest(MediaTypes.OCI_MANIFEST, null, config, Collections.nCopies(layers, layer), Map.of()));
    }
}
