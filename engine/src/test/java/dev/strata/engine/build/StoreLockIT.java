/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What earlier processes left in a store, and what others need. A lock of this process counts as another's:
/// flock(2) knows open files only. Needs root, for mounts.
class StoreLockIT {
    @TempDir
    Path directory;

    private Path root;
    private Path run;
    private Path temporary;

    @BeforeEach
    void litter() throws IOException {
        root = directory.resolve("store with a blank");
        run = Files.createDirectories(root.resolve("run/run-1"));
        Files.writeString(run.resolve("config.json"), "{}");
        temporary = Files.createDirectories(root.resolve("tmp/build1/source/.hidden"));
        Files.createSymbolicLink(temporary.resolve("link"), directory);
    }

    @Test
    void whoeverIsAloneTakesAwayWhatWasLeft() throws Exception {
        StoreLock.take(root).close();

        assertThat(root.resolve("run")).isEmptyDirectory();
        assertThat(root.resolve("tmp")).isEmptyDirectory();
        assertThat(directory).isDirectory();
    }

    @Test
    void nothingIsTakenAwayWhileAnotherUsesTheStore() throws Exception {
        try (StoreLock first = StoreLock.take(root)) {
            Path inUse = Files.createDirectories(root.resolve("run/run-2"));
            StoreLock second = StoreLock.take(root);
            StoreLock third = StoreLock.take(root);
            assertThat(inUse).isDirectory();
            third.close();
            StoreLock.take(root).close();
            second.close();
            StoreLock.take(root).close();
            assertThat(inUse).as("used by %s", first).isDirectory();
        }
        StoreLock.take(root).close();
        assertThat(root.resolve("run")).isEmptyDirectory();
    }

    @Test
    void whatIsMountedInWhatWasLeftIsUnmountedAndKept() throws Exception {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Path precious = Files.writeString(elsewhere.resolve("precious"), "1");
        Path deep = Files.createDirectories(elsewhere.resolve("deep"));
        Path place = Files.createDirectories(run.resolve("root"));
        // Of one file system, so that no number of a device tells; two on one place, and one in them.
        Builds.run(List.of("mount", "--bind", elsewhere.toString(), place.toString()));
        Builds.run(List.of("mount", "--bind", elsewhere.toString(), place.toString()));
        Builds.run(List.of("mount", "-t", "tmpfs", "none", place.resolve("deep").toString()));
        try {
            StoreLock.take(root).close();

            assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain("run/run-1");
            assertThat(precious).hasContent("1");
            assertThat(deep).isEmptyDirectory();
            assertThat(root.resolve("run")).isEmptyDirectory();
        } finally {
            new ProcessBuilder("umount", "-R", place.toString()).start().waitFor();
            new ProcessBuilder("umount", "-R", place.toString()).start().waitFor();
        }
    }
}
