/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.image.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A directory of the image below that one archive replaces with a file, and the next with a directory.
class ReplacedDirectoryIT {
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
    void itComesBackEmpty() throws Exception {
        builds.file("base/d/old", "old").file("base/d/sub/old", "old");
        builds.file("one/d", "a file");
        builds.file("two/d/new", "new").file("two/d/sub/new", "new");
        for (String archive : List.of("one", "two")) {
            Builds.run(List.of(
                    "tar",
                    "--owner=0",
                    "--group=0",
                    "-C",
                    builds.context + "/" + archive,
                    "-cf",
                    builds.context + "/" + archive + ".tar",
                    "d"));
        }

        Image image = builds.build("""
                FROM scratch AS base
                COPY base /
                FROM base AS replaced
                ADD one.tar two.tar /
                FROM replaced
                COPY --from=replaced /d /copy/
                """);

        assertThat(builds.listing(image, 1).stream().map(line -> line.replaceAll(".* ", "")))
                .containsExactly("d/", "d/.wh.old", "d/new", "d/sub/", "d/sub/.wh.old", "d/sub/new");
        assertThat(builds.listing(image, 2).stream().map(line -> line.replaceAll(".* ", "")))
                .containsExactly("copy/", "copy/new", "copy/sub/", "copy/sub/new");
    }
}
