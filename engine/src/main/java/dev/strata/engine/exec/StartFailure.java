/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Why a command never ran. An exit code and words on standard error could be the command's own; the files
/// that the launcher and crun write into the bundle are out of its reach.
///
/// @param bundle where these files are
record StartFailure(ExecSettings settings, Path bundle) {
    /// What the launcher says that could not start crun.
    static final String LAUNCHER = "launcher.log";

    /// What crun says that could not start the command.
    static final String LOG = "crun.log";

    /// Written by crun when the container is made.
    static final String PID = "pid";

    private static final int MAX_MESSAGE = 500;

    /// Exit codes above it name the signal that ended a process.
    private static final int SIGNALS = 128;

    /// Throws a `StrataException` unless the command ran.
    void refuse(int exitCode) throws IOException {
        String launcher = message(LAUNCHER);
        if (launcher.startsWith(settings.crun() + ": ")) {
            throw unavailable("the OCI runtime crun cannot be started", launcher, "install it: apt-get install crun");
        }
        if (!launcher.isEmpty()) {
            throw unavailable(
                    "a RUN cannot be isolated here",
                    launcher,
                    "build as root, and where new mount and pid namespaces are permitted");
        }
        String crun = message(LOG);
        if (!crun.isEmpty()) {
            throw new StrataException(Problem.of(
                    ProblemCode.InstructionFailed,
                    "the command could not be started",
                    crun,
                    "check that the image has the program, its interpreter and the working directory"));
        }
        if (exitCode <= SIGNALS && !Files.exists(bundle.resolve(PID))) {
            throw unavailable(
                    "the OCI runtime crun failed",
                    settings.crun() + " ended with exit code " + exitCode + " before it started the command",
                    "read what it said above, and install it again: apt-get install --reinstall crun");
        }
    }

    private String message(String name) throws IOException {
        Path file = bundle.resolve(name);
        if (!Files.exists(file)) {
            return "";
        }
        String text = Files.readString(file).strip();
        String message = (name.equals(LOG) ? text.replaceAll("^\\S+: ", "") : text)
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
        return message.substring(0, Math.min(message.length(), MAX_MESSAGE));
    }

    static StrataException noLauncher(Path launcher, IOException cause) {
        return new StrataException(
                problem(
                        "the program " + launcher + " cannot be started",
                        String.valueOf(cause.getMessage()),
                        "install Strata again: it has that program beside its jars"),
                cause);
    }

    private static StrataException unavailable(String what, String why, String tryThis) {
        return new StrataException(problem(what, why, tryThis));
    }

    private static Problem problem(String what, String why, String tryThis) {
        return Problem.of(ProblemCode.IsolationUnavailable, what, why, tryThis);
    }
}
