/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.strata.engine.image.History;
import dev.strata.engine.image.Image;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.solve.StepFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole builds on a real store, with real namespaces. Needs root, crun, gcc and a static BusyBox.
class ImageBuilderIT {
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
    void helloWorldIsOneLayerWithItsCommand() throws Exception {
        builds.file("hello", "binary");
        Image image = builds.build("FROM scratch\nCOPY hello /\nCMD [\"/hello\"]\n");

        assertThat(builds.listing(image, 0)).containsExactly("-rw-r--r-- 0/0 hello");
        assertThat(image.manifest().layers()).hasSize(1);
        assertThat(image.config().config().cmd()).containsExactly("/hello");
        assertThat(image.config().history())
                .extracting(History::createdBy, History::emptyLayer)
                .containsExactly(tuple("COPY hello / # buildkit", false), tuple("CMD [\"/hello\"]", true));
    }

    @Test
    void copyFollowsTheRulesOfDestinations() throws Exception {
        builds.file("a", "a").file("b", "b").file("dir/x", "x").file("dir/sub/y", "y");
        Image image = builds.build("""
                FROM scratch
                COPY dir /into
                COPY a /into
                COPY a /into/renamed
                COPY a b /many/
                COPY dir/ /into/
                COPY d*/x /glob/
                """);

        assertThat(builds.listing(image, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 into/",
                        "drwxr-xr-x 0/0 into/sub/",
                        "-rw-r--r-- 0/0 into/sub/y",
                        "-rw-r--r-- 0/0 into/x");
        assertThat(builds.listing(image, 1)).containsExactly("drwxr-xr-x 0/0 into/", "-rw-r--r-- 0/0 into/a");
        assertThat(builds.listing(image, 2)).containsExactly("drwxr-xr-x 0/0 into/", "-rw-r--r-- 0/0 into/renamed");
        assertThat(builds.listing(image, 3))
                .containsExactly("drwxr-xr-x 0/0 many/", "-rw-r--r-- 0/0 many/a", "-rw-r--r-- 0/0 many/b");
        assertThat(builds.listing(image, 5)).containsExactly("drwxr-xr-x 0/0 glob/", "-rw-r--r-- 0/0 glob/x");
    }

    @Test
    void copyLandsWhereTheBasesLinksLead() throws Exception {
        Files.createDirectories(builds.context.resolve("base/usr/lib"));
        Files.createSymbolicLink(builds.context.resolve("base/lib"), Path.of("usr/lib"));
        builds.file("app.so", "so");
        Image image = builds.build("FROM scratch\nCOPY base /\nCOPY app.so /lib/app.so\nCOPY app.so /lib/\n");

        assertThat(builds.listing(image, 1))
                .containsExactly("drwxr-xr-x 0/0 usr/", "drwxr-xr-x 0/0 usr/lib/", "-rw-r--r-- 0/0 usr/lib/app.so");
        assertThat(builds.listing(image, 2)).isEqualTo(builds.listing(image, 1));
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

    @Test
    void aMissingSourceIsToldWithTheRuleThatExcludesIt() throws Exception {
        builds.file("target/app.jar", "jar").file(".dockerignore", "*.md\ntarget/\n");
        StrataException failure = catchThrowableOfType(
                StrataException.class, () -> builds.build("FROM scratch\nCOPY target/app.jar /\n"));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.CopySourceNotFound);
        assertThat(failure.problem().headline()).isEqualTo("Dockerfile:2: source not found: target/app.jar");
        assertThat(failure.problem().why()).contains(".dockerignore");
    }

    @Test
    void ignoredFilesAreNotCopied() throws Exception {
        builds.file("src/keep.txt", "k")
                .file("src/drop.log", "d")
                .file("src/deep/drop.log", "d")
                .file("src/deep/important.log", "i")
                .file(".dockerignore", "**/*.log\n!src/deep/important.log\n");
        Image image = builds.build("FROM scratch\nCOPY src /src\n");

        assertThat(builds.listing(image, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 src/",
                        "drwxr-xr-x 0/0 src/deep/",
                        "-rw-r--r-- 0/0 src/deep/important.log",
                        "-rw-r--r-- 0/0 src/keep.txt");
    }

    @Test
    void aContextLinkCannotLeadOutside() throws Exception {
        Files.writeString(directory.resolve("secret"), "s3cret");
        Files.createSymbolicLink(builds.context.resolve("link"), directory.resolve("secret"));
        Files.createSymbolicLink(builds.context.resolve("up"), Path.of("../secret"));

        for (String name : List.of("link", "up")) {
            StrataException failure = catchThrowableOfType(
                    StrataException.class, () -> builds.build("FROM scratch\nCOPY " + name + " /stolen\n"));
            assertThat(failure.problem().code()).isEqualTo(ProblemCode.CopySourceNotFound);
        }
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

    @Test
    void workdirMakesWhatIsMissing() throws Exception {
        Image image = builds.build("FROM scratch\nUSER 12:34\nWORKDIR /a/b\nWORKDIR c\nWORKDIR /a\n");

        assertThat(builds.listing(image, 0)).containsExactly("drwxr-xr-x 12/34 a/", "drwxr-xr-x 12/34 a/b/");
        assertThat(builds.listing(image, 1).getLast()).isEqualTo("drwxr-xr-x 12/34 a/b/c/");
        assertThat(builds.listing(image, 2)).isEmpty();
        assertThat(image.config().config().workingDir()).isEqualTo("/a");
    }

    @Test
    void runWritesItsChangesOnly() throws Exception {
        builds.busybox();
        Image image = builds.build("""
                FROM busybox
                WORKDIR /data
                RUN echo one > file && mkdir -p /etc/sub && rm /etc/group
                """);

        assertThat(builds.listing(image, 3))
                .containsExactly(
                        "drwxr-xr-x 0/0 data/",
                        "-rw-r--r-- 0/0 data/file",
                        "drwxr-xr-x 0/0 etc/",
                        "---------- 0/0 etc/.wh.group",
                        "drwxr-xr-x 0/0 etc/sub/");
    }

    @Test
    void whatARunDeletedInDirectoriesThatItMadeAgainStaysDeleted() throws Exception {
        builds.busybox();
        builds.file("base/a/b/old", "old").file("base/a/b/c/older", "older");
        Image copied = builds.build("""
                FROM busybox AS made
                COPY base /
                RUN rm -rf /a && mkdir -p /a/b/c && echo new > /a/b/new
                FROM scratch
                COPY --from=made /a /a
                """);
        assertThat(builds.listing(copied, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 a/", "drwxr-xr-x 0/0 a/b/", "drwxr-xr-x 0/0 a/b/c/", "-rw-r--r-- 0/0 a/b/new");
    }

    @Test
    void runsThatChangeNothingHaveEqualLayersAndDoNotDisturbTheNext() throws Exception {
        builds.busybox();
        Image image = builds.build("FROM busybox\nRUN true\nRUN echo 1\nRUN echo 2 > /two\n");

        assertThat(image.config().diffIds().get(2))
                .isEqualTo(image.config().diffIds().get(3));
        assertThat(builds.listing(image, 4)).containsExactly("-rw-r--r-- 0/0 two");
    }

    /// A store that has the first step from elsewhere unpacks its layer, in which the time is `epoch`.
    @Test
    void aRunSeesTheTimesThatTheLayerBelowHas() throws Exception {
        builds.busybox();
        Instant epoch = Instant.ofEpochSecond(1_000_000_000);
        Image image = builds.build("FROM busybox\nRUN touch /x\nRUN stat -c %Y /x > /z\n", epoch);

        assertThat(builds.content(image, image.manifest().layers().size() - 1, "z"))
                .isEqualTo("1000000000\n");
    }

    @Test
    void runSeesUserDirectoryAndEnvironment() throws Exception {
        builds.busybox();
        builds.build("""
                FROM busybox
                ARG VERSION=1
                ENV NAME=strata
                USER app
                WORKDIR /tmp/work
                RUN id && echo "$NAME $VERSION $HOME $(pwd 2>/dev/null || echo $PWD)"
                USER 1000
                RUN id
                USER 7
                RUN id
                """);

        assertThat(builds.output())
                .containsExactly(
                        "uid=1000(app) gid=1001(app) groups=1001(app),1002(extra)",
                        "strata 1 / /tmp/work",
                        "uid=1000(app) gid=1001(app) groups=1001(app),1002(extra)",
                        "uid=7 gid=0(root) groups=0(root)");
    }

    @Test
    void aRunWhoseUserCannotBeIsRefusedBeforeItStarts() throws Exception {
        builds.busybox();
        // The one id that even a machine's own namespace lacks.
        StepFailure failure = catchThrowableOfType(
                StepFailure.class, () -> builds.build("FROM busybox\nUSER 4294967295:0\nRUN echo ran\n"));

        assertThat(failure.problem().headline())
                .isEqualTo("Dockerfile:3: the command cannot run with the user 4294967295");
        assertThat(failure.problem().why()).isEqualTo("the user namespace of this build has the ids 0 to 4294967294");
        assertThat(directory.resolve("store/run")).isEmptyDirectory();
        assertThat(builds.output()).isEmpty();
    }

    @Test
    void aFailingRunTellsLineExitCodeAndOutput() throws Exception {
        builds.busybox();
        StepFailure failure = catchThrowableOfType(
                StepFailure.class, () -> builds.build("FROM busybox\nRUN touch /made\nRUN echo oops && exit 7\n"));

        assertThat(failure.exitCode()).isEqualTo(7);
        assertThat(failure.logTail()).isEqualTo("oops");
        assertThat(failure.problem().code()).isEqualTo(ProblemCode.InstructionFailed);
        assertThat(failure.problem().headline()).startsWith("Dockerfile:3: ");
        assertThat(failure.lastGood())
                .satisfies(last -> assertThat(last.layers()).hasSize(3));
    }

    @Test
    void anUnchangedBuildIsWhollyCachedAndGivesTheSameImage() throws Exception {
        builds.busybox();
        builds.file("a", "a").file("b", "b");
        String dockerfile = "FROM busybox\nCOPY a /a\nRUN cat /a > /made\nCOPY b /b\nCMD [\"sh\"]\n";
        Image first = builds.build(dockerfile);
        Files.setLastModifiedTime(builds.context.resolve("a"), FileTime.fromMillis(0));
        Image second = builds.build(dockerfile);

        assertThat(builds.cachedSteps()).containsExactly("COPY a /a", "RUN cat /a > /made", "COPY b /b");
        assertThat(second.descriptor()).isEqualTo(first.descriptor());

        builds.file("b", "changed");
        builds.build(dockerfile);
        assertThat(builds.cachedSteps()).containsExactly("COPY a /a", "RUN cat /a > /made");
    }

    @Test
    void copyFromAStageTakesItsFilesOnly() throws Exception {
        builds.busybox();
        Image image = builds.build("""
                FROM busybox AS build
                RUN mkdir /out && echo made > /out/app && chown 5:6 /out/app
                FROM busybox AS unused
                RUN exit 1
                FROM scratch
                COPY --from=build /out/ /srv/
                """);

        assertThat(image.manifest().layers()).hasSize(1);
        assertThat(builds.listing(image, 0)).containsExactly("drwxr-xr-x 0/0 srv/", "-rw-r--r-- 5/6 srv/app");
        assertThat(builds.content(image, 0, "srv/app")).isEqualTo("made\n");
    }

    /// As BuildKit: an image has one author, and its history names none.
    @Test
    void theAuthorIsTheImagesAndNotThatOfItsSteps() throws Exception {
        Image image = builds.build("FROM scratch\nMAINTAINER somebody\nLABEL a=b\n");

        assertThat(image.config().author()).isEqualTo("somebody");
        assertThat(image.config().history())
                .hasSize(2)
                .allSatisfy(step -> assertThat(step.author()).isNull());
    }

    @Test
    void buildArgumentsReachTheirArgs() throws Exception {
        Image image = builds.build(
                "ARG BASE=scratch\nFROM $BASE\nARG VERSION\nLABEL version=$VERSION\nENV V=${VERSION:-none}\n",
                Map.of("VERSION", "2.1"),
                null);

        assertThat(image.config().config().labels()).containsEntry("version", "2.1");
        assertThat(image.config().config().envMap()).containsEntry("V", "2.1");
    }

    @Test
    void aNameThatIsNotUtf8FailsItsStepAndLeavesNothingBehind() throws Exception {
        builds.busybox();
        StepFailure failure = catchThrowableOfType(
                StepFailure.class, () -> builds.build("FROM busybox\nRUN touch \"$(echo -ne '\\377')\"\n"));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.InstructionFailed);
        assertThat(failure.problem().what()).endsWith("its path is not UTF-8");
        assertThat(failure.problem().why()).endsWith("ff");
        assertThat(directory.resolve("store/active")).isEmptyDirectory();
    }

    @Test
    void aTreeDeeperThanAnyPathFailsItsStepAndLeavesNothingBehind() throws Exception {
        builds.busybox();
        StepFailure failure =
                catchThrowableOfType(StepFailure.class, () -> builds.build("""
                FROM busybox
                RUN n=%s; i=0; while [ $i -lt 30 ]; do mkdir $n && cd $n; i=$((i+1)); done; touch end
                """.formatted("n".repeat(200))));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.InstructionFailed);
        assertThat(failure.problem().what()).endsWith("its path is longer than 4096 bytes");
        assertThat(directory.resolve("store/active")).isEmptyDirectory();
    }

    @Test
    void aRunThatMakesADeviceFailsAndSaysWhy() throws Exception {
        builds.busybox();

        StepFailure failure = catchThrowableOfType(
                StepFailure.class, () -> builds.build("FROM busybox\nRUN busybox mknod /node c 1 3\n"));

        assertThat(failure.problem().why())
                .isEqualTo("a RUN cannot make device nodes; a layer keeps those of an archive that ADD unpacks");
    }
}
