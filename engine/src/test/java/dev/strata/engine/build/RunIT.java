/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.image.Image;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.solve.StepFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Steps that run a command, in real namespaces. Needs root, crun, gcc and a static BusyBox.
class RunIT {
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
        // The one number that is no id even in a machine's own namespace.
        StepFailure failure = catchThrowableOfType(
                StepFailure.class, () -> builds.build("FROM busybox\nUSER 4294967295:0\nRUN echo ran\n"));

        assertThat(failure.problem().headline()).isEqualTo("Dockerfile:3: unknown user: 4294967295");
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
