/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.solve.StepFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A layer that has something below what it makes no directory: an index and an unpacked directory would show two
/// trees, so a RUN and a COPY refuse it alike.
class ContradictoryLayersIT {
    @TempDir
    Path directory;

    private Builds builds;

    @BeforeEach
    void makeTheBase() throws IOException, InterruptedException {
        builds = new Builds(directory);
        builds.busybox();
    }

    @AfterEach
    void close() {
        builds.close();
    }

    /// Names that end with a slash are directories, `name -> target` is a symlink.
    private static byte[] layer(String... entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (String each : entries) {
                String[] parts = each.split(" -> ");
                var entry = parts.length == 2
                        ? new TarArchiveEntry(parts[0], TarConstants.LF_SYMLINK)
                        : new TarArchiveEntry(parts[0]);
                entry.setIds(0, 0);
                if (parts.length == 2) {
                    entry.setLinkName(parts[1]);
                }
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private void requireRefusal(String path, byte[]... layers) throws IOException {
        builds.image("odd", "busybox", layers);
        for (String dockerfile : List.of(
                "FROM odd\nRUN ls -R /lib /usr\n",
                "FROM scratch\nCOPY --from=odd /usr /usr\n",
                "FROM odd\nWORKDIR /new\n")) {
            StepFailure failure = catchThrowableOfType(StepFailure.class, () -> builds.build(dockerfile));
            assertThat(failure).as(dockerfile).isNotNull();
            Problem problem = failure.problem();
            assertThat(problem.code()).as(dockerfile).isEqualTo(ProblemCode.ImageInvalid);
            assertThat(problem.what())
                    .as(dockerfile)
                    .isEqualTo("a layer of the image contradicts itself: it has something below /" + path);
        }
    }

    @Test
    void anEntryBelowALinkOfTheSameLayerIsRefused() throws Exception {
        requireRefusal("lib", layer("usr/", "usr/lib/", "lib -> usr/lib", "lib/foo"));
        requireRefusal("lib", layer("usr/", "usr/lib/"), layer("lib -> usr/lib", "lib/foo"));
        requireRefusal("lib", layer("usr/", "usr/lib/", "usr/lib/old"), layer("lib -> usr/lib", "lib/.wh.old"));
    }

    @Test
    void aLinkInThePlaceOfADirectoryOfTheSameLayerIsRefused() throws Exception {
        requireRefusal("lib", layer("usr/", "usr/lib/", "lib/", "lib/foo", "lib -> usr/lib"));
        requireRefusal("lib", layer("usr/", "lib/", "lib/foo", "lib -> usr", "lib/"));
    }

    @Test
    void aDirectoryInThePlaceOfALinkIsNone() throws Exception {
        builds.image("odd", "busybox", layer("usr/", "lib -> usr", "lib/", "lib/foo"));
        builds.build("FROM odd\nRUN ls /lib && ls /usr\n");

        assertThat(builds.output()).containsExactly("foo");
    }
}
