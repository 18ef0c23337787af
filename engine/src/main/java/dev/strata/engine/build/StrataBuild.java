/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.exec.ExecSettings;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.Credentials;
import dev.strata.engine.registry.RegistryClient;
import dev.strata.engine.registry.RegistrySettings;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.BuilderPaths;
import dev.strata.engine.report.ReportJson;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The builder pod's `main`: reads the request, builds and pushes, leaves the report.
///
/// Exit codes: 0 pushed, 1 failed (the report says why). The launcher has made the namespaces before this
/// runs, and refused where there are none.
public final class StrataBuild {
    private static final Path HOME = Path.of("/opt/strata");
    private static final int MOST_FRAMES = 50;

    private StrataBuild() {}

    /// `args` is empty in a pod; one argument is the directory that stands for `/`.
    public static void main(String[] args) throws IOException {
        Path root = Path.of(args.length == 0 ? "/" : args[0]);
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        var exec = new ExecSettings(Path.of("/usr/bin/crun"), HOME.resolve("libexec/strata-launcher"));
        BuildReport report = run(root, System.getenv(BuilderPaths.REQUEST_DIGEST), exec, out);
        System.exit(report.failure() == null ? 0 : 1);
    }

    /// Builds the request below `root` if it has that digest, leaves the report there, and returns it too.
    static BuildReport run(Path root, @Nullable String digest, ExecSettings exec, PrintStream out) throws IOException {
        BuildReport report = report(root, digest, exec, out);
        TerminationMessage.below(root).report(report);
        return report;
    }

    private static BuildReport report(Path root, @Nullable String digest, ExecSettings exec, PrintStream out) {
        Problem problem;
        try {
            BuildRequest request = ReportJson.request(read(BuilderPaths.below(root, BuilderPaths.REQUEST)), digest);
            try (LocalStore store = openStore(root, request, exec)) {
                return new PodBuild(store, request, root, out).run();
            }
        } catch (StrataException e) {
            problem = e.problem();
        } catch (IOException | UncheckedIOException e) {
            problem = Problem.of(
                    ProblemCode.StoreInvalid, "the builder cannot use its volume", e.toString(), "check the volume");
        } catch (RuntimeException | Error e) {
            // The last place where anything can be told: without a report the user would learn nothing.
            problem = internal(e, out);
        }
        out.println("ERROR " + PlainProgress.escape(problem.headline()));
        return PodBuild.failed(problem);
    }

    /// One byte more than a request may have is enough to refuse it.
    private static byte[] read(Path request) throws IOException {
        try (InputStream in = Files.newInputStream(request)) {
            return in.readNBytes(ReportJson.MAX_REQUEST_BYTES + 1);
        }
    }

    /// Prints where `thrown` came from, without messages: one may hold a header or a URL with a password.
    private static Problem internal(Throwable thrown, PrintStream out) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            out.println(cause.getClass().getName());
            Stream.of(cause.getStackTrace()).limit(MOST_FRAMES).forEach(frame -> out.println("    at " + frame));
        }
        return Problem.of(
                ProblemCode.Internal,
                "the builder failed: " + thrown.getClass().getSimpleName(),
                Stream.of(thrown.getStackTrace())
                        .findFirst()
                        .map(frame -> "at " + frame)
                        .orElse(""),
                "report it with the stack trace in the builder's log");
    }

    private static LocalStore openStore(Path root, BuildRequest request, ExecSettings exec) {
        Path ca = BuilderPaths.below(root, BuilderPaths.CA_BUNDLE);
        var settings = RegistrySettings.of(credentials(root, request), Files.exists(ca) ? ca : null);
        return LocalStore.open(BuilderPaths.below(root, BuilderPaths.STORE), exec, new RegistryClient(settings));
    }

    private static Credentials credentials(Path root, BuildRequest request) {
        var pulls = new ArrayList<Credentials>();
        Path directory = BuilderPaths.below(root, BuilderPaths.PULL_CREDENTIALS);
        for (Path file = config(directory, 0); Files.exists(file); file = config(directory, pulls.size())) {
            pulls.add(Credentials.read(file));
        }
        String home = ImageReference.parse(request.output().repository()).registry();
        return Credentials.readIfThere(BuilderPaths.below(root, BuilderPaths.DOCKER_CONFIG))
                .withPulls(home, pulls);
    }

    private static Path config(Path directory, int number) {
        return directory.resolve(String.valueOf(number)).resolve("config.json");
    }
}
