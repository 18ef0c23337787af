/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountPointsTest {
    @TempDir
    Path rootfs;

    @Test
    void whatTheImageDoesNotHaveIsMadeAndTold() throws IOException {
        Files.createDirectory(rootfs.resolve("etc"));
        Files.createDirectory(rootfs.resolve("system"));
        Files.createSymbolicLink(rootfs.resolve("sys"), Path.of("/system"));

        assertThat(MountPoints.make(rootfs)).containsExactlyInAnyOrder("proc", "dev", "etc/resolv.conf", "etc/hosts");
        assertThat(rootfs.resolve("proc")).isDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "/nowhere, 'it is a symbolic link to /nowhere, which is no directory of the image'",
        "/file, 'it is a symbolic link to /file, which is no directory of the image'",
        "proc, it is a symbolic link that leads to itself",
        ", it is a file"
    })
    void anImageWithSomethingElseInADirectorysPlaceIsRefused(String target, String why) throws IOException {
        Files.createFile(rootfs.resolve("file"));
        if (target == null) {
            Files.createFile(rootfs.resolve("proc"));
        } else {
            Files.createSymbolicLink(rootfs.resolve("proc"), Path.of(target));
        }

        assertThatThrownBy(() -> MountPoints.make(rootfs)).isInstanceOfSatisfying(StrataException.class, e -> {
            assertThat(e.problem().code()).isEqualTo(ProblemCode.ImageInvalid);
            assertThat(e.problem().what()).contains("its /proc is not a directory");
            assertThat(e.problem().why()).isEqualTo(why);
        });
    }
}
