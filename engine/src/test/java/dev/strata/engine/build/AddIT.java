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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What ADD makes of archives, and of the links in them. Needs root and gcc.
class AddIT {
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
    void addUnpacksEveryKindOfArchive() throws Exception {
        builds.file("tree/etc/motd", "hi").file("plain.txt", "no archive");
        for (String suffix : List.of("tar", "tar.gz", "tar.bz2", "tar.xz", "tar.zst")) {
            Builds.run(List.of(
                    "tar",
                    "-C",
                    builds.context.resolve("tree").toString(),
                    "--owner=5",
                    "--group=6",
                    "--numeric-owner",
                    "-caf",
                    builds.context.resolve("a." + suffix).toString(),
                    "."));
            Image image = builds.build("FROM scratch\nADD a." + suffix + " /root/\n");
            assertThat(builds.listing(image, 0))
                    .as(suffix)
                    .containsExactly(
                            "drwxr-xr-x 0/0 root/", "drwxr-xr-x 5/6 root/etc/", "-rw-r--r-- 5/6 root/etc/motd");
            assertThat(builds.content(image, 0, "root/etc/motd")).isEqualTo("hi");
        }
        Image copied = builds.build("FROM scratch\nCOPY a.tar /\nADD plain.txt /\n");
        assertThat(builds.listing(copied, 0)).containsExactly("-rw-r--r-- 0/0 a.tar");
        assertThat(builds.listing(copied, 1)).containsExactly("-rw-r--r-- 0/0 plain.txt");
    }

    /// A link is a name of the file that was there when it was made, as a program that extracts makes it.
    @Test
    void aLinkInAnArchiveIsToTheMemberAndNotToWhatComesThereLater() throws Exception {
        builds.archive("echo one > a; ln a b; ln -s nowhere s; ln s z; tar -cf ../t.tar a b s z; rm a; echo two > a;"
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
        builds.archive(
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
        builds.archive("mkdir abs up; echo a > abs/a; echo u > up/u; tar -cf ../t.tar abs/a up/u");
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
        builds.archive(
                "ln -s /tmp out; tar -cf ../t.tar out; rm out; mkdir out; echo x > out/x; tar -rf ../t.tar out/x");
        StrataException failure =
                catchThrowableOfType(StrataException.class, () -> builds.build("FROM scratch\nADD t.tar /in/\n"));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.ArchiveInvalid);
        assertThat(failure.problem().headline()).isEqualTo("Dockerfile:2: cannot unpack below the link /in/out");
        assertThat(failure.problem().why()).contains("as if /in were the root");
    }

    @Test
    void aLinkThatSortsBeforeItsFileIsTheFile() throws Exception {
        builds.archive("echo one > z; ln z a; tar -cf ../t.tar z a");
        Image image = builds.build("FROM scratch\nADD t.tar /\n");

        assertThat(builds.listing(image, 0)).containsExactly("-rw-r--r-- 0/0 a", "hrw-r--r-- 0/0 z link to a");
    }

    /// As overlayfs does when a program extracts the archive into the image: the file comes into the layer too.
    @Test
    void aLinkToAFileOfTheImageBelowBringsThatFile() throws Exception {
        builds.file("etc/motd", "hello");
        Files.createLink(builds.context.resolve("etc/old"), builds.context.resolve("etc/motd"));
        builds.archive("mkdir etc; echo x > etc/motd; chmod 640 etc/motd; ln etc/motd new; ln etc/motd newer;"
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
        builds.archive("echo x > etc; ln etc stolen; tar -cf ../t.tar etc stolen; tar --delete -f ../t.tar etc");
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
