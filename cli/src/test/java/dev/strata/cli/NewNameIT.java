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

/// Names that images are given. Needs the packaged command, and root.
class NewNameIT {
    private static final String PINNED = "app:1@sha256:" + "0".repeat(64);

    @TempDir
    Path directory;

    private Command strata;

    @BeforeEach
    void makeContext() throws Exception {
        Files.writeString(directory.resolve("Dockerfile"), "FROM scratch\nLABEL a=b\n");
        strata = new Command(directory.resolve("store"), directory);
    }

    @Test
    void aDigestIsRefusedBeforeTheBuild() throws Exception {
        Command.Ended build = strata.run("build", "-t", "good:1", "-t", PINNED, ".");

        assertThat(build.code()).isEqualTo(1);
        assertThat(build.err())
                .startsWith("ERROR not a name that an image can be given: " + PINNED + " [InvalidReference]");
        assertThat(directory.resolve("store")).doesNotExist();
    }

    @Test
    void aDigestIsRefusedAsAnotherName() throws Exception {
        assertThat(strata.run("build", "-t", "good:1", ".").code()).isZero();

        Command.Ended tag = strata.run("tag", "good:1", PINNED);

        assertThat(tag.code()).isEqualTo(1);
        assertThat(tag.err()).contains("[InvalidReference]");
        assertThat(strata.run("images").out()).doesNotContain("app");
    }
}
