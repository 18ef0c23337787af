/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The variable that limits the times in images. Needs the packaged command, and root.
class SourceDateEpochIT {
    @TempDir
    Path directory;

    private Command strata;

    @BeforeEach
    void makeContext() throws Exception {
        Files.writeString(directory.resolve("Dockerfile"), "FROM scratch\nLABEL a=b\n");
        strata = new Command(directory.resolve("store"), directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "1.5", "-1", "253402300800", "99999999999999999999"})
    void whatIsNoTimeIsWrongUseOfABuildAndOfNothingElse(String epoch) throws Exception {
        strata.variable("SOURCE_DATE_EPOCH", epoch);

        Command.Ended build = strata.run("build", ".");

        assertThat(build.code()).isEqualTo(2);
        assertThat(build.err()).startsWith("SOURCE_DATE_EPOCH is not a number of seconds from 1970 to 9999: " + epoch);
        assertThat(strata.run("images").code()).isZero();
    }

    @Test
    void anEmptyOneIsNone() throws Exception {
        strata.variable("SOURCE_DATE_EPOCH", "");

        assertThat(strata.run("build", ".").code()).isZero();
    }

    @Test
    void theLastSecondOfATimeIsTaken() throws Exception {
        strata.variable("SOURCE_DATE_EPOCH", "253402300799");

        assertThat(strata.run("build", ".").code()).isZero();
    }
}
