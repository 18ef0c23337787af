/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.registry.TestRegistry;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.BuilderPaths;
import dev.strata.engine.report.ReportJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The builder pod's `main` with a directory for `/` and a real registry.
class StrataBuildIT {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private TestRegistry registry;

    @BeforeEach
    void start() {
        registry = TestRegistry.start(directory.resolve("registry"));
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void theRequestThatWasAskedForIsBuilt() throws IOException {
        byte[] request = request("FROM scratch\nLABEL a=b\n", registry);
        BuildReport report = build(request, ReportJson.digest(request));
        assertThat(report.failure()).as(log.toString(UTF_8)).isNull();
        assertThat(report.image()).startsWith(registry.address() + "/team/app@sha256:");
    }

    @Test
    void anotherRequestIsRefusedBeforeAnythingIsDone() throws IOException {
        byte[] request = request("FROM scratch\nLABEL a=b\n", registry);
        String asked = ReportJson.digest(request("FROM scratch\nLABEL a=c\n", registry));
        BuildReport report = build(request, asked);
        BuildReport.Failure failure = Objects.requireNonNull(report.failure());
        assertThat(failure.reason()).isEqualTo("InvalidArgument");
        assertThat(failure.message())
                .startsWith("the build request is not the one that was asked for")
                .contains(asked)
                .contains(ReportJson.digest(request));
        assertThat(registry.requests("team/app")).isZero();
    }

    @Test
    void aRequestThatNobodyHasVouchedForIsRefused() throws IOException {
        BuildReport report = build(request("FROM scratch\n", registry), null);
        assertThat(Objects.requireNonNull(report.failure()).message()).contains("the Job names none");
    }

    @Test
    void aPrivateBaseIsPulledWithAPullSecretAndTheTargetKeepsItsOwn() throws IOException {
        try (TestRegistry closed = TestRegistry.withLogin(directory.resolve("closed"))) {
            byte[] base = request("FROM scratch\nLABEL base=yes\n", closed);
            write(BuilderPaths.DOCKER_CONFIG, config(closed, TestRegistry.PASSWORD));
            assertThat(build(base, ReportJson.digest(base)).failure())
                    .as(log.toString(UTF_8))
                    .isNull();

            byte[] request = request("FROM " + closed.address() + "/team/app:1\nLABEL a=b\n", registry);
            write(BuilderPaths.DOCKER_CONFIG, config(registry, "of the target"));
            BuildReport refused = build(request, ReportJson.digest(request));
            assertThat(Objects.requireNonNull(refused.failure()).reason()).isEqualTo("PullUnauthorized");

            write(BuilderPaths.PULL_CREDENTIALS + "/0/config.json", config(registry, "not for the target"));
            write(BuilderPaths.PULL_CREDENTIALS + "/1/config.json", config(closed, TestRegistry.PASSWORD));
            write(BuilderPaths.PULL_CREDENTIALS + "/2/config.json", config(closed, "a later one"));
            BuildReport report = build(request, ReportJson.digest(request));
            assertThat(report.failure()).as(log.toString(UTF_8)).isNull();
            assertThat(report.image()).startsWith(registry.address() + "/team/app@");

            // Pushing to where a pull secret has the right password needs the target's own.
            byte[] back = request("FROM scratch\nLABEL c=d\n", closed);
            write(BuilderPaths.DOCKER_CONFIG, config(closed, "a wrong one"));
            BuildReport push = build(back, ReportJson.digest(back));
            assertThat(Objects.requireNonNull(push.failure()).reason()).isEqualTo("PushUnauthorized");
        }
    }

    private static byte[] config(TestRegistry at, String password) {
        return "{\"auths\":{\"%s\":{\"username\":\"%s\",\"password\":\"%s\"}}}"
                .formatted(at.address(), TestRegistry.USER, password)
                .getBytes(UTF_8);
    }

    private static byte[] request(String dockerfile, TestRegistry target) {
        return ReportJson.bytes(new BuildRequest(
                new BuildRequest.Source(new BuildRequest.Inline(Map.of("Dockerfile", dockerfile)), null),
                "",
                new BuildRequest.Dockerfile("Dockerfile", null),
                Map.of(),
                null,
                new BuildRequest.Output(target.address() + "/team/app", List.of("1"), "debug-1"),
                new BuildRequest.Cache(null, "team.app")));
    }

    private BuildReport build(byte[] request, @Nullable String digest) throws IOException {
        Files.createDirectories(
                BuilderPaths.below(directory, BuilderPaths.TERMINATION_LOG).getParent());
        write(BuilderPaths.REQUEST, request);
        return StrataBuild.run(directory, digest, Builds.EXEC, new PrintStream(log, true, UTF_8));
    }

    private void write(String path, byte[] bytes) throws IOException {
        Path file = BuilderPaths.below(directory, path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }
}
