/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What isolates a RUN is missing or fails: that is not the command's own failure. Needs root, crun and gcc.
class StartFailureIT {
    @TempDir
    Path directory;

    private Sandbox sandbox;
    private final List<String> output = new ArrayList<>();

    @BeforeEach
    void make() throws IOException, InterruptedException {
        sandbox = new Sandbox(directory);
    }

    private Problem refusal(Path crun, Path launcher) {
        var executor = new Executor(new ExecSettings(crun, launcher), directory.resolve("run"));
        StrataException refused =
                catchThrowableOfType(StrataException.class, () -> executor.run(sandbox.shell("echo ran"), output::add));
        assertThat(refused).as("a refusal, and not an exit code").isNotNull();
        assertThat(refused.problem().code()).isEqualTo(ProblemCode.IsolationUnavailable);
        return refused.problem();
    }

    @Test
    void aMissingCrunIsNamedWithWhatToInstall() {
        Problem problem =
                refusal(Path.of("crun-that-is-missing"), sandbox.settings().launcher());

        assertThat(problem.what()).isEqualTo("the OCI runtime crun cannot be started");
        assertThat(problem.why()).isEqualTo("crun-that-is-missing: No such file or directory");
        assertThat(problem.tryThis()).isEqualTo("install it: apt-get install crun");
        assertThat(output).isEmpty();
    }

    @Test
    void aCrunThatFailsBeforeItStartsTheCommandIsNamed() throws Exception {
        Path crun = directory.resolve("crun-broken");
        Files.writeString(crun, "#!/bin/sh\necho 'crun: cannot open shared object file' >&2\nexit 127\n");
        Files.setPosixFilePermissions(crun, PosixFilePermissions.fromString("rwx------"));

        Problem problem = refusal(crun, sandbox.settings().launcher());

        assertThat(problem.what()).isEqualTo("the OCI runtime crun failed");
        assertThat(problem.why()).endsWith("ended with exit code 127 before it started the command");
        assertThat(output).containsExactly("crun: cannot open shared object file");
    }

    @Test
    void aMissingLauncherIsNamed() {
        Problem problem = refusal(Path.of("crun"), directory.resolve("nothing"));

        assertThat(problem.what()).isEqualTo("the program " + directory.resolve("nothing") + " cannot be started");
    }

    @Test
    void aCommandsOwnExitCodeIsNoFailureToStart() throws Exception {
        assertThat(sandbox.run("exit 70")).containsExactly("exit 70");
        assertThat(sandbox.run("exit 127")).containsExactly("exit 127");
        assertThat(sandbox.run("env | grep STRATA; exit 71")).containsExactly("exit 71");
    }
}
