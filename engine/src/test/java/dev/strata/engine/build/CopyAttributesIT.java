/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.image.Image;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Owners, modes, times and hard links of what COPY makes, as BuildKit's copy makes it:
/// tonistiigi/fsutil at 6d9dc2ebad62, copy/copy.go and copy/hardlink.go. Needs root and gcc.
class CopyAttributesIT {
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

    private Path contextLink(String path, String existing) throws IOException {
        return Files.createLink(builds.context.resolve(path), builds.context.resolve(existing));
    }

    private void mode(String path, String mode) throws IOException {
        Files.setPosixFilePermissions(builds.context.resolve(path), PosixFilePermissions.fromString(mode));
    }

    /// `getLinkSource`: the first name of an inode in one copy is the file, every later one `os.Link`.
    @Test
    void hardLinksAmongTheFilesOfOneCopyStay() throws Exception {
        builds.file("d/a", "same").file("d/sub/other", "same").file("outside", "x");
        contextLink("d/b", "d/a");
        contextLink("d/sub/c", "d/a");
        contextLink("d/alone", "outside");
        String dockerfile = """
                FROM scratch AS linked
                COPY d /d
                FROM scratch
                COPY --from=linked / /again/
                COPY --from=linked --chown=7 /d/sub /d/a /parts/
                """;
        Image linked = builds.build(dockerfile, Map.of(), "linked");
        Image image = builds.build(dockerfile);

        assertThat(builds.listing(linked, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 d/",
                        "-rw-r--r-- 0/0 d/a",
                        "-rw-r--r-- 0/0 d/alone",
                        "hrw-r--r-- 0/0 d/b link to d/a",
                        "drwxr-xr-x 0/0 d/sub/",
                        "hrw-r--r-- 0/0 d/sub/c link to d/a",
                        "-rw-r--r-- 0/0 d/sub/other");
        assertThat(builds.listing(image, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 again/",
                        "drwxr-xr-x 0/0 again/d/",
                        "-rw-r--r-- 0/0 again/d/a",
                        "-rw-r--r-- 0/0 again/d/alone",
                        "hrw-r--r-- 0/0 again/d/b link to again/d/a",
                        "drwxr-xr-x 0/0 again/d/sub/",
                        "hrw-r--r-- 0/0 again/d/sub/c link to again/d/a",
                        "-rw-r--r-- 0/0 again/d/sub/other");
        // Each source is a copy of its own: docopy makes a new copier for it.
        assertThat(builds.listing(image, 1))
                .containsExactly(
                        "drwxr-xr-x 7/7 parts/",
                        "-rw-r--r-- 7/7 parts/a",
                        "-rw-r--r-- 7/7 parts/c",
                        "-rw-r--r-- 7/7 parts/other");
    }

    @Test
    void whetherFilesAreLinkedBelongsToTheKey() throws Exception {
        builds.file("d/a", "same").file("d/b", "same");
        Image two = builds.build("FROM scratch\nCOPY d /\n");
        Files.delete(builds.context.resolve("d/b"));
        contextLink("d/b", "d/a");
        Image one = builds.build("FROM scratch\nCOPY d /\n");

        assertThat(builds.listing(two, 0)).containsExactly("-rw-r--r-- 0/0 a", "-rw-r--r-- 0/0 b");
        assertThat(builds.listing(one, 0)).containsExactly("-rw-r--r-- 0/0 a", "hrw-r--r-- 0/0 b link to a");
    }

    /// `copy`: the top directory has `overwriteTargetMetadata` false, everything below it true.
    @Test
    void directoriesBelowTheTopBringTheirModeAndOwnerAlsoWhereOneIsAlready() throws Exception {
        builds.file("base/top/sub/deep/x", "").file("base/top/kept/y", "");
        builds.file("new/sub/deep/z", "");
        mode("base/top", "rwx--x--x");
        mode("base/top/sub", "rwxr-x---");
        mode("new", "rwxrwxrwx");
        mode("new/sub", "rwx------");
        mode("new/sub/deep", "rwxrwx---");
        Image image = builds.build("""
                FROM scratch
                COPY --chown=1:2 base /
                COPY new /top
                COPY --chown=5:6 new /top
                COPY --chmod=711 new /top
                """);

        assertThat(builds.listing(image, 1))
                .containsExactly(
                        "drwx--x--x 1/2 top/",
                        "drwx------ 0/0 top/sub/",
                        "drwxrwx--- 0/0 top/sub/deep/",
                        "-rw-r--r-- 0/0 top/sub/deep/z");
        assertThat(builds.listing(image, 2))
                .containsExactly(
                        "drwx--x--x 1/2 top/",
                        "drwx------ 5/6 top/sub/",
                        "drwxrwx--- 5/6 top/sub/deep/",
                        "-rw-r--r-- 5/6 top/sub/deep/z");
        assertThat(builds.listing(image, 3))
                .containsExactly(
                        "drwx--x--x 1/2 top/",
                        "drwx--x--x 0/0 top/sub/",
                        "drwx--x--x 0/0 top/sub/deep/",
                        "-rwx--x--x 0/0 top/sub/deep/z");
    }

    /// `prepareTargetDir`: a destination that is missing is made by `MkdirAll`, so that the source's own mode and
    /// owner go nowhere; `--chmod` holds for all that is made.
    @Test
    void aDestinationThatIsMadeHasNothingOfItsSource() throws Exception {
        builds.file("d/x", "");
        mode("d", "rwx------");
        Image image = builds.build("FROM scratch\nCOPY d /a/b\nCOPY --chown=3:4 --chmod=750 d /c/d\n");

        assertThat(builds.listing(image, 0))
                .containsExactly("drwxr-xr-x 0/0 a/", "drwxr-xr-x 0/0 a/b/", "-rw-r--r-- 0/0 a/b/x");
        assertThat(builds.listing(image, 1))
                .containsExactly("drwxr-x--- 3/4 c/", "drwxr-x--- 3/4 c/d/", "-rwxr-x--- 3/4 c/d/x");
    }

    /// `copyFileTimestamp`: the only thing that the top directory takes from its source where it is there already.
    @Test
    void theTopDirectoryHasItsSourcesTimeAlsoWhereItIsThereAlready() throws Exception {
        builds.file("old/x", "").file("new/y", "");
        Files.setLastModifiedTime(builds.context.resolve("old"), FileTime.fromMillis(1_000_000_000_000L));
        Files.setLastModifiedTime(builds.context.resolve("new"), FileTime.fromMillis(1_200_000_000_000L));
        Image image = builds.build("FROM scratch\nCOPY old /d\nCOPY new /d\n");

        assertThat(builds.mtime(image, 0, "d")).isEqualTo("1000000000");
        assertThat(builds.mtime(image, 1, "d")).isEqualTo("1200000000");
    }

    /// `MkdirAll` takes the permission bits of `--chmod` alone; files and the directories below get all of it.
    @Test
    void aDirectoryThatIsMadeUpHasThePermissionBitsOfChmodOnly() throws Exception {
        builds.file("d/sub/x", "");
        Image image = builds.build("FROM scratch\nCOPY --chmod=7751 d/sub/x /made/x\nCOPY --chmod=1777 d /top\n");

        assertThat(builds.listing(image, 0)).containsExactly("drwxr-x--x 0/0 made/", "-rwsr-s--t 0/0 made/x");
        assertThat(builds.listing(image, 1))
                .containsExactly("drwxrwxrwx 0/0 top/", "drwxrwxrwt 0/0 top/sub/", "-rwxrwxrwt 0/0 top/sub/x");
    }

    @Test
    void pipesAndDevicesOfTheContextAreCopied() throws Exception {
        builds.archive("mkfifo -m 640 pipe; mknod -m 600 null c 1 3; mknod -m 600 disk b 7 9");
        Image image = builds.build("FROM scratch\nCOPY t /t/\n");

        assertThat(builds.listing(image, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 t/", "brw------- 0/0 t/disk", "crw------- 0/0 t/null", "prw-r----- 0/0 t/pipe");
    }

    @Test
    void ownersByNameComeFromTheBase() throws Exception {
        builds.busybox();
        builds.file("a", "a");
        Image image = builds.build("""
                FROM busybox
                COPY --chown=app --chmod=600 a /one
                COPY --chown=app:extra a /new/two
                COPY --chown=7 a /three
                COPY --chown=app: a /four
                COPY --chown=:extra a /five
                """);

        assertThat(builds.listing(image, 2)).containsExactly("-rw------- 1000/1001 one");
        assertThat(builds.listing(image, 3))
                .containsExactly("drwxr-xr-x 1000/1002 new/", "-rw-r--r-- 1000/1002 new/two");
        assertThat(builds.listing(image, 4)).containsExactly("-rw-r--r-- 7/7 three");
        assertThat(builds.listing(image, 5)).containsExactly("-rw-r--r-- 1000/1001 four");
        assertThat(builds.listing(image, 6)).containsExactly("-rw-r--r-- 0/1002 five");
    }

    @Test
    void anUnknownOwnerIsToldWithItsLine() throws Exception {
        builds.file("a", "a");
        StrataException failure = catchThrowableOfType(
                StrataException.class, () -> builds.build("FROM scratch\nCOPY --chown=nobody a /\n"));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.UnknownUser);
        assertThat(failure.problem().headline()).isEqualTo("Dockerfile:2: unknown user: nobody");
    }
}
