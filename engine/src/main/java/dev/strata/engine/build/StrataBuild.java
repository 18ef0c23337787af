/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.exec.ExecSettings;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.registry.Credentials;
import dev.strata.engine.registry.RegistryClient;
import dev.strata.engine.registry.RegistrySettings;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.BuilderPaths;
import dev.strata.engine.report.ReportJson;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The builder pod's `main`: reads the request, builds and pushes, leaves the report.
///
/// Exit codes: 0 pushed, 1 failed (the report says why). The launcher has made the namespaces before this
/// runs, and refused where there are none.
public final class StrataBuild {
    private static final Path HOME = Path.of("/opt/strata");

    private StrataBuild() {}

    public static void main(String[] args) throws IOException {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        BuildReport report = report(out);
        Files.write(Path.of(BuilderPaths.TERMINATION_LOG), ReportJson.bytes(report));
        System.exit(report.failure() == null ? 0 : 1);
    }

    private static BuildReport report(PrintStream out) {
        Problem problem;
        try (LocalStore store = openStore()) {
            byte[] request = Files.readAllBytes(Path.of(BuilderPaths.REQUEST));
            return new PodBuild(store, ReportJson.request(request), Path.of(BuilderPaths.STORE), out).run();
        } catch (StrataException e) {
            problem = e.problem();
        } catch (IOException e) {
            problem = Problem.of(
                    ProblemCode.StoreInvalid, "the builder cannot use its volume", e.toString(), "check the volume");
        }
        out.println("ERROR " + PlainProgress.escape(problem.headline()));
        return PodBuild.failed(problem);
    }

    private static LocalStore openStore() {
        Path ca = Path.of(BuilderPaths.CA_BUNDLE);
        var settings = RegistrySettings.of(
                Credentials.readIfThere(Path.of(BuilderPaths.DOCKER_CONFIG)), Files.exists(ca) ? ca : null);
        var exec = new ExecSettings(Path.of("/usr/bin/crun"), HOME.resolve("libexec/strata-launcher"));
        return LocalStore.open(Path.of(BuilderPaths.STORE), exec, new RegistryClient(settings));
    }
}
