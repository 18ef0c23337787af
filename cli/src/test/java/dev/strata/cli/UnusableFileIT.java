/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of the store that cannot be used. Needs the packaged command, and root.
class UnusableFileIT {
    @TempDir
    Path directory;

    @Test
    void aFileThatCannotBeReadIsNoFaultOfStrata() throws Exception {
        var strata = new Command(directory.resolve("store"), directory);
        Files.writeString(directory.resolve("Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
        assertThat(strata.run("build", "-t", "app:1", ".").code()).isZero();
        Path blobs = directory.resolve("store/blobs/sha256");
        for (String blob : blobs.toFile().list()) {
            if (Files.readString(blobs.resolve(blob), ISO_8859_1).startsWith("\u001f\u008b")) {
                Files.delete(blobs.resolve(blob));
                Files.createDirectory(directory.resolve("store/origins").resolve(blob));
            }
        }

        Command.Ended save = strata.run("save", "-o", "app.tar", "app:1");

        assertThat(save.code()).isEqualTo(1);
        assertThat(save.err())
                .startsWith("ERROR a file could not be read or written [StoreInvalid]")
                .contains("reading where sha256:", "Is a directory");
    }
}
