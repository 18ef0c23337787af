/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.image.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a layer names above a file grows with the depth of its path, and not faster.
class DeepPathsIT {
    private static final int DEPTH = 200;

    @TempDir
    Path directory;

    private Builds builds;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        builds = new Builds(directory);
    }

    @AfterEach
    void close() {
        builds.close();
    }

    @Test
    void aFileBelowTwoHundredDirectoriesIsCopiedAndUnpacked() throws Exception {
        String deep = "d/".repeat(DEPTH);
        builds.file("src/" + deep + "file", "deep");
        Builds.run(List.of(
                "tar", "-C", builds.context.resolve("src").toString(), "-cf", builds.context + "/deep.tar", "d"));

        Image image = Assertions.assertTimeoutPreemptively(
                Duration.ofMinutes(1),
                () -> builds.build(
                        "FROM scratch\nCOPY src /c/\nCOPY src/" + deep + " /e/" + deep + "\nADD deep.tar /a/\n"));

        assertThat(builds.content(image, 0, "c/" + deep + "file")).isEqualTo("deep");
        assertThat(builds.content(image, 1, "e/" + deep + "file")).isEqualTo("deep");
        assertThat(builds.content(image, 2, "a/" + deep + "file")).isEqualTo("deep");
        assertThat(builds.listing(image, 1)).hasSize(DEPTH + 2);
    }
}
