/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.layer.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes that open a store leave alone what another one just begins to work in.
class WorkplaceIT {
    private static final int TRIES = 5000;

    @TempDir
    Path directory;

    private static final class Nothing implements Unpacker {
        @Override
        public boolean dependsOnBelow(Layer layer) {
            return false;
        }

        @Override
        public void unpack(Layer layer, Path emptyDirectory) {}

        @Override
        public void unpackOnto(List<Layer> below, Layer layer, Path emptyDirectory) {}
    }

    /// Opens the store again and again until its standard input ends.
    public static void main(String[] args) throws IOException {
        Snapshotter.open(Path.of(args[0]), new Nothing());
        System.out.println("started");
        while (System.in.available() == 0) {
            Snapshotter.open(Path.of(args[0]), new Nothing());
        }
    }

    @Test
    void aNewWorkplaceIsNotTakenForOneThatWasLeftBehind() throws Exception {
        Path active = Files.createDirectories(directory.resolve("active"));
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WorkplaceIT.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = other.inputReader()) {
            assertThat(out.readLine()).isEqualTo("started");
            for (int i = 0; i < TRIES; i++) {
                try (var place = Snapshotter.Workplace.make(active)) {
                    assertThat(place.lockFile()).exists();
                    assertThat(place.directory()).isDirectory();
                }
            }
        } finally {
            other.destroyForcibly().waitFor();
        }
    }
}
