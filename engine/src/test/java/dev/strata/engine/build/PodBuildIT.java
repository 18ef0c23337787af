/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.ReportJson;
import dev.strata.engine.report.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The builder pod's `main` with a directory as its `/`, from request to report, against a real registry.
class PodBuildIT {
    @TempDir
    Path directory;

    private Pods pods;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        pods = new Pods(directory);
    }

    @AfterEach
    void stop() {
        pods.close();
    }

    @Test
    void anImageIsPushedUnderEveryTagAndReported() throws Exception {
        BuildReport report = pods.build("FROM " + pods.name("base/busybox:1") + "\nCOPY a /a\nRUN cat /a > /made\n");

        assertThat(report.failure()).isNull();
        assertThat(report.steps()).isEqualTo(3);
        assertThat(report.tags()).containsExactly("1", "latest");
        for (String tag : report.tags()) {
            assertThat(pods.name("team/app@")
                            + pods.pull(pods.name("team/app:" + tag))
                                    .descriptor()
                                    .digest())
                    .isEqualTo(report.image());
        }
    }

    @Test
    void aFailedStepIsReportedAndTheImageBeforeItPushed() throws Exception {
        BuildReport report = pods.build(
                "FROM " + pods.name("base/busybox:1") + "\nRUN echo good > /good\nRUN echo oops && exit 7\nRUN true\n");

        BuildReport.Failure failure = Pods.failure(report);
        assertThat(failure.reason()).isEqualTo("InstructionFailed");
        assertThat(failure.message()).startsWith("Dockerfile:3: the command ended with exit code 7");
        assertThat(failure.step()).isEqualTo("[stage-0 3/4] RUN echo oops && exit 7");
        assertThat(failure.line()).isEqualTo(3);
        assertThat(failure.exitCode()).isEqualTo(7);
        assertThat(failure.logTail()).isEqualTo("oops");
        assertThat(failure.debugImage()).isEqualTo(pods.name("team/app:debug-1"));
        assertThat(pods.builds().content(pods.pull(pods.name("team/app:debug-1")), 2, "good"))
                .isEqualTo("good\n");
        assertThat(pods.registry().requests("PUT /v2/team/app/manifests/(1|latest) "))
                .isZero();
    }

    @Test
    void aBuilderThatIsKilledLeavesTheStepThatItWasAt() throws Exception {
        String dockerfile =
                "FROM " + pods.name("base/busybox:1") + "\n\nRUN echo ran\nRUN sleep 600; \\\n  echo \u20ac\n";
        Path message = pods.message("pod");
        var asleep = new StepReport("stage-0", 3, 3, "RUN sleep 600; echo \u20ac", 4);
        Path output = directory.resolve("output");
        Process builder = pods.start("pod", pods.request(null, Map.of("Dockerfile", dockerfile)), output);
        try {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> {
                        assertThat(builder.isAlive())
                                .as(Files.readString(output))
                                .isTrue();
                        byte[] left = Files.exists(message) ? Files.readAllBytes(message) : new byte[0];
                        // Empty before the first step; whatever else is there must be whole.
                        return left.length > 0 && ReportJson.step(left).equals(asleep);
                    });
        } finally {
            builder.destroyForcibly().waitFor();
        }

        assertThat(builder.exitValue()).as("128 and SIGKILL").isEqualTo(137);
        assertThat(ReportJson.step(Files.readAllBytes(message))).isEqualTo(asleep);
    }

    @Test
    void aLongFailedStepIsReportedWithItsBeginning() throws Exception {
        String script = "exit 3; echo " + "package ".repeat(1250);
        BuildReport report = pods.build("FROM " + pods.name("base/busybox:1") + "\nRUN " + script + "\n");

        assertThat(Pods.failure(report).step())
                .startsWith("[stage-0 2/2] RUN exit 3; echo package")
                .hasSize(200)
                .endsWith("…");
        assertThat(Pods.failure(report).exitCode()).isEqualTo(3);
    }

    @Test
    void aDockerfileThatIsALinkOutOfTheSourceIsNotRead() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "FROM scratch\nLABEL s3cret=1\n");
        Path repository = Files.createDirectories(directory.resolve("repository"));
        Files.createSymbolicLink(repository.resolve("Dockerfile"), secret);
        Builds.run(List.of("git", "-C", repository.toString(), "init", "-q"));
        Builds.run(List.of("git", "-C", repository.toString(), "add", "-A"));
        Builds.run(List.of(
                "git",
                "-C",
                repository.toString(),
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b.invalid",
                "-c",
                "commit.gpgsign=false",
                "commit",
                "-q",
                "-m",
                "link"));
        String commit = Builds.run(List.of("git", "-C", repository.toString(), "rev-parse", "HEAD"))
                .strip();
        BuildRequest inline = pods.request(null, Map.of());
        var git = new BuildRequest.Git(repository.resolve(".git").toUri().toString(), commit);

        BuildReport report = pods.build(
                "pod",
                new BuildRequest(
                        new BuildRequest.Source(null, git),
                        "",
                        inline.dockerfile(),
                        Map.of(),
                        null,
                        inline.output(),
                        inline.cache()));

        assertThat(Pods.failure(report).reason()).isEqualTo("DockerfileNotFound");
        assertThat(report.sourceRevision()).isEqualTo(commit);
        assertThat(pods.log()).doesNotContain("s3cret");
    }

    @Test
    void aDamagedLayerOfTheBaseIsAFailureOfItsStep() throws Exception {
        Image base = pods.builds()
                .store()
                .images()
                .find(ImageReference.parse("busybox"))
                .orElseThrow();
        for (byte[] bytes :
                List.of("no gzip".getBytes(UTF_8), new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3})) {
            var store = pods.builds().store();
            ImageReference damaged = ImageReference.parse(pods.name("base/damaged:1"));
            var layers = new ArrayList<Descriptor>(base.manifest().layers());
            layers.set(0, store.blobs().put(MediaTypes.OCI_LAYER_GZIP, bytes));
            for (Descriptor blob : layers) {
                store.registry().pushBlob(damaged, blob, store.blobs());
            }
            store.registry().pushBlob(damaged, base.manifest().config(), store.blobs());
            store.registry()
                    .pushManifest(
                            damaged,
                            MediaTypes.OCI_MANIFEST,
                            OciJson.bytes(new Manifest(
                                    MediaTypes.OCI_MANIFEST,
                                    null,
                                    base.manifest().config(),
                                    layers,
                                    Map.of())));

            for (String step : List.of("COPY --chown=app a /a", "RUN true")) {
                BuildReport report = pods.build("FROM " + damaged + "\n" + step + "\n");
                assertThat(Pods.failure(report).reason()).isEqualTo("ImageInvalid");
                assertThat(Pods.failure(report).line()).isEqualTo(2);
            }
        }
    }

    @Test
    void anErrorNobodyExpectedIsReportedWithoutItsMessage() throws Exception {
        BuildReport report = pods.build(
                "pod",
                new BuildRequest(
                        new BuildRequest.Source(new BuildRequest.Inline(Map.of("Dockerfile", "FROM scratch\n")), null),
                        "secret\0",
                        new BuildRequest.Dockerfile(null, null),
                        Map.of(),
                        null,
                        new BuildRequest.Output("127.0.0.1:1/app", List.of("1"), "debug-1"),
                        new BuildRequest.Cache(null, "scope")));

        assertThat(Pods.failure(report).reason()).isEqualTo(ProblemCode.Internal.name());
        assertThat(Pods.failure(report).message()).startsWith("the builder failed: IllegalArgumentException: at ");
        assertThat(pods.log()).contains("    at dev.strata.engine.build.").doesNotContain("zero byte");
    }
}
