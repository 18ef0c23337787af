/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import dev.strata.engine.build.LocalStore;
import dev.strata.engine.dockerfile.DockerfileException;
import dev.strata.engine.exec.ExecSettings;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.registry.Credentials;
import dev.strata.engine.registry.RegistryClient;
import dev.strata.engine.registry.RegistrySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The command line's root: options that hold for every command, and how a failure is told.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
@Command(
        name = "strata",
        version = "strata 0.1.0",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        description = "Builds, stores and moves container images.",
        subcommands = {
            BuildCommand.class,
            ImagesCommand.class,
            TagCommand.class,
            PushCommand.class,
            PullCommand.class,
            SaveCommand.class,
            LoadCommand.class
        })
public final class Strata implements Runnable {
    private static final int INTERRUPTED = 130;

    @Option(
            names = "--root",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description = "Directory of the local store (default: $STRATA_ROOT, /var/lib/strata as root).")
    private @Nullable Path root;

    @Option(
            names = "--config",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "docker's config.json with credentials (default: $DOCKER_CONFIG or ~/.docker).")
    private @Nullable Path dockerConfig;

    @Option(
            names = "--ca-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "PEM certificates of authorities that registries are trusted by, besides the system's.")
    private @Nullable Path caFile;

    private final Environment environment;

    Strata(Environment environment) {
        this.environment = environment;
    }

    /// The `main` of `bin/strata`.
    public static void main(String[] args) {
        System.exit(commandLine(Environment.ofProcess()).execute(args));
    }

    static CommandLine commandLine(Environment environment) {
        return new CommandLine(new Strata(environment))
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler(Strata::report);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(new CommandLine(this), "a command is missing");
    }

    Environment environment() {
        return environment;
    }

    /// Opens the store that the options name.
    LocalStore store() {
        Path docker = dockerConfig == null ? environment.dockerConfig() : dockerConfig;
        var registry = new RegistryClient(RegistrySettings.of(Credentials.readIfThere(docker), caFile));
        return LocalStore.open(
                root == null ? environment.root() : root,
                new ExecSettings(Path.of("crun"), environment.launcher()),
                registry);
    }

    private static int report(Exception failure, CommandLine command, CommandLine.ParseResult unused) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return INTERRUPTED;
        }
        List<Problem> problems = switch (failure) {
            case DockerfileException e -> e.problems();
            case StrataException e -> List.of(e.problem());
            case IOException e -> List.of(unusableFile(e.toString()));
            case UncheckedIOException e -> List.of(unusableFile(e.getMessage() + ": " + e.getCause()));
            default ->
                List.of(Problem.of(
                        ProblemCode.Internal,
                        "this is a fault of Strata",
                        failure.toString(),
                        "report it with the command and its output"));
        };
        problems.forEach(problem -> command.getErr().println("ERROR " + problem.render()));
        return 1;
    }

    private static Problem unusableFile(String why) {
        return Problem.of(
                ProblemCode.StoreInvalid,
                "a file could not be read or written",
                why,
                "check that it is there, its permissions and the free space");
    }
}
