/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownCausesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mknod: /dev/x: Operation not permitted",
                "first\ntar: ./dev/console: Cannot mknod: Operation not permitted\nlast"
            })
    void deviceNodes(String output) {
        assertThat(KnownCauses.of(1, output, false)).startsWith("a RUN cannot make device nodes;");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chown: changing ownership of 'f': Invalid argument",
                "chown: f: Invalid argument",
                "tar: f: Cannot change ownership to uid 70000, gid 70000: Invalid argument",
                "su: setgroups: Invalid argument",
                "E: setresuid 70000 failed - setresuid (22: Invalid argument)"
            })
    void idsThatTheNamespaceLacks(String output) {
        assertThat(KnownCauses.of(1, output, true)).contains("no ids above 65535");
        assertThat(KnownCauses.of(1, output, false)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "chown: f: Operation not permitted",
                "date: Invalid argument",
                "mknod is needed\ncat: f: Operation not permitted"
            })
    void nothingElseIsExplained(String output) {
        assertThat(KnownCauses.of(1, output, true)).isEmpty();
    }

    @Test
    void aKill() {
        assertThat(KnownCauses.of(137, "", false)).contains("want of memory");
    }
}
