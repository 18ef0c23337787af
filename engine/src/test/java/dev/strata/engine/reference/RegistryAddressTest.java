/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The part of a name that becomes the host and port of an URL.
class RegistryAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:1", "[::1]:65535", "[2001:db8::1]", "1.example", "a-b.c1:5000", "1host:5000"})
    void anAddressIsTaken(String registry) {
        assertThat(ImageReference.parse(registry + "/x").registry()).isEqualTo(registry);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.3.400",
                "1.2.3",
                "a.1",
                "localhost:0",
                "localhost:99999",
                "127.0.0.1:65536",
                "[::1]:0",
                "[1:2:3]",
                "[:::]"
            })
    void whatNoUrlCanNameIsRefused(String registry) {
        StrataException refused =
                catchThrowableOfType(StrataException.class, () -> ImageReference.parse(registry + "/x"));

        assertThat(refused.problem().code()).isEqualTo(ProblemCode.InvalidReference);
        assertThat(refused.problem().why()).startsWith("the registry is not a host name");
    }
}
