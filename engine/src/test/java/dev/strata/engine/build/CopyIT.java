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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What COPY and ADD make of hard links and of directories that are there, as BuildKit's copy makes it:
/// tonistiigi/fsutil at 6d9dc2ebad62, copy/copy.go and copy/hardlink.go.
class CopyIT {
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
        Image linked = builds.build(dockerfile, java.util.Map.of(), "linked");
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

    /// `ResolveWildcards`: what is before the first wildcard is resolved, what follows is walked.
    @Test
    void linksAreFollowedBeforeTheFirstWildcardAndNotBehindIt() throws Exception {
        builds.file("real/x", "real").file("other/x", "other");
        Files.createSymbolicLink(builds.context.resolve("linked"), Path.of("real"));
        Image image = builds.build("FROM scratch\nCOPY linked/* /before/\nCOPY l*/x o*r/x /behind/\n");

        assertThat(builds.listing(image, 0)).containsExactly("drwxr-xr-x 0/0 before/", "-rw-r--r-- 0/0 before/x");
        assertThat(builds.listing(image, 1)).containsExactly("drwxr-xr-x 0/0 behind/", "-rw-r--r-- 0/0 behind/x");
        assertThat(builds.content(image, 1, "behind/x")).isEqualTo("other");
    }

    @Test
    void whatIsBeforeTheFirstWildcardMustBeThere() throws Exception {
        builds.file("d/x", "");
        StrataException failure = catchThrowableOfType(
                StrataException.class, () -> builds.build("FROM scratch\nCOPY d/*.txt /a/\nCOPY e/*.txt /a/\n"));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.CopySourceNotFound);
        assertThat(failure.problem().headline()).isEqualTo("Dockerfile:3: source not found: e/*.txt");
    }

    @Test
    void pipesAndDevicesOfTheContextAreCopied() throws Exception {
        archive("mkfifo -m 640 pipe; mknod -m 600 null c 1 3; mknod -m 600 disk b 7 9");
        Image image = builds.build("FROM scratch\nCOPY t /t/\n");

        assertThat(builds.listing(image, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 t/", "brw------- 0/0 t/disk", "crw------- 0/0 t/null", "prw-r----- 0/0 t/pipe");
    }

    private void mode(String path, String mode) throws IOException {
        Files.setPosixFilePermissions(builds.context.resolve(path), PosixFilePermissions.fromString(mode));
    }

    private void archive(String script) throws IOException, InterruptedException {
        Builds.run(List.of("sh", "-ec", "cd " + builds.context + "; mkdir t; cd t; " + script));
    }

    /// A link is a name of the file that was there when it was made, as a program that extracts makes it.
    @Test
    void aLinkInAnArchiveIsToTheMemberAndNotToWhatComesThereLater() throws Exception {
        archive("echo one > a; ln a b; ln -s nowhere s; ln s z; tar -cf ../t.tar a b s z; rm a; echo two > a;"
                + " tar -rf ../t.tar a");
        Image image = builds.build("FROM scratch\nADD t.tar /x/\n");

        assertThat(builds.listing(image, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 x/",
                        "-rw-r--r-- 0/0 x/a",
                        "-rw-r--r-- 0/0 x/b",
                        "lrwxrwxrwx 0/0 x/s -> nowhere",
                        "hrwxrwxrwx 0/0 x/z link to x/s");
        assertThat(builds.content(image, 0, "x/a")).isEqualTo("two\n");
        assertThat(builds.content(image, 0, "x/b")).isEqualTo("one\n");
    }

    @Test
    void attributesOfOverlayfsAndOfTheHostStayOutOfAnAdd() throws Exception {
        archive(
                "mkdir d; echo x > d/f; tar --format=pax -cf ../t.tar --pax-option="
                        + "SCHILY.xattr.user.mine:=1,SCHILY.xattr.trusted.overlay.opaque:=y,SCHILY.xattr.user.overlay.opaque:=y d");
        Image image = builds.build("FROM scratch AS added\nADD t.tar /\nFROM scratch\nCOPY --from=added / /c/\n");
        Image added = builds.build("FROM scratch\nADD t.tar /\n");

        for (Image each : List.of(added, image)) {
            String tar = builds.raw(each, 0);
            assertThat(tar).contains("SCHILY.xattr.user.mine=1").doesNotContain("overlay");
        }
    }

    /// docker unpacks in a chroot, so that an absolute link begins at the destination.
    @Test
    void linksThatAnArchiveGoesThroughAreFollowedWithinItsDestination() throws Exception {
        builds.file("base/in/target/x", "");
        Files.createSymbolicLink(builds.context.resolve("base/in/abs"), Path.of("/target"));
        Files.createSymbolicLink(builds.context.resolve("base/in/up"), Path.of("../../target"));
        archive("mkdir abs up; echo a > abs/a; echo u > up/u; tar -cf ../t.tar abs/a up/u");
        Image image = builds.build("FROM scratch\nCOPY base /\nADD t.tar /in/\n");

        assertThat(builds.listing(image, 1))
                .containsExactly(
                        "drwxr-xr-x 0/0 in/",
                        "drwxr-xr-x 0/0 in/target/",
                        "-rw-r--r-- 0/0 in/target/a",
                        "-rw-r--r-- 0/0 in/target/u");
    }

    @Test
    void aLinkThatAnArchiveGoesThroughMustLeadToADirectory() throws Exception {
        archive("ln -s /tmp out; tar -cf ../t.tar out; rm out; mkdir out; echo x > out/x; tar -rf ../t.tar out/x");
        StrataException failure =
                catchThrowableOfType(StrataException.class, () -> builds.build("FROM scratch\nADD t.tar /in/\n"));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.ArchiveInvalid);
        assertThat(failure.problem().headline()).isEqualTo("Dockerfile:2: cannot unpack below the link /in/out");
        assertThat(failure.problem().why()).contains("as if /in were the root");
    }

    @Test
    void aLinkThatSortsBeforeItsFileIsTheFile() throws Exception {
        archive("echo one > z; ln z a; tar -cf ../t.tar z a");
        Image image = builds.build("FROM scratch\nADD t.tar /\n");

        assertThat(builds.listing(image, 0)).containsExactly("-rw-r--r-- 0/0 a", "hrw-r--r-- 0/0 z link to a");
    }

    /// As overlayfs does when a program extracts the archive into the image: the file comes into the layer too.
    @Test
    void aLinkToAFileOfTheImageBelowBringsThatFile() throws Exception {
        builds.file("etc/motd", "hello");
        Files.createLink(builds.context.resolve("etc/old"), builds.context.resolve("etc/motd"));
        archive("mkdir etc; echo x > etc/motd; chmod 640 etc/motd; ln etc/motd new; ln etc/motd newer;"
                + " tar --owner=5 --group=6 -cf ../t.tar etc/motd new newer; tar --delete -f ../t.tar etc/motd");
        Image image = builds.build("FROM scratch\nCOPY etc /img/etc/\nADD t.tar /img\n");

        assertThat(builds.listing(image, 1))
                .containsExactly(
                        "drwxr-xr-x 0/0 img/",
                        "drwxr-xr-x 0/0 img/etc/",
                        "-rw-r----- 5/6 img/etc/motd",
                        "hrw-r----- 5/6 img/new link to img/etc/motd",
                        "hrw-r----- 5/6 img/newer link to img/etc/motd");
        assertThat(builds.content(image, 1, "img/etc/motd")).isEqualTo("hello");
        Image owned = builds.build("FROM scratch\nCOPY etc /img/etc/\nADD --chown=7:8 t.tar /img\n");
        assertThat(builds.listing(owned, 1)).contains("-rw-r----- 7/8 img/etc/motd");
    }

    @Test
    void aLinkToWhatIsNowhereOrADirectoryIsRefused() throws Exception {
        builds.file("etc/motd", "hello");
        archive("echo x > etc; ln etc stolen; tar -cf ../t.tar etc stolen; tar --delete -f ../t.tar etc");
        for (String copy : List.of("", "COPY etc /etc/\n")) {
            StrataException failure = catchThrowableOfType(
                    StrataException.class, () -> builds.build("FROM scratch\n" + copy + "ADD t.tar /\n"));

            assertThat(failure.problem().code()).isEqualTo(ProblemCode.ArchiveInvalid);
            assertThat(failure.problem().headline()).endsWith(": cannot make the hard link /stolen");
            assertThat(failure.problem().why())
                    .isEqualTo(
                            copy.isEmpty()
                                    ? "it names /etc, which is neither in the archive before it nor in the image below"
                                    : "it names /etc, which is a directory");
        }
    }
}
