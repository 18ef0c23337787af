/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.TestRegistry;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.BuilderPaths;
import dev.strata.engine.report.ReportJson;
import dev.strata.engine.report.StepReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The builder pod's `main` with a directory as its `/`, from request to report, against a real registry.
class PodBuildIT {
    @TempDir
    Path directory;

    private TestRegistry registry;
    private Builds builds;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException, InterruptedException {
        registry = TestRegistry.start(directory.resolve("registry"));
        builds = new Builds(directory.resolve("local"));
        builds.busybox();
        builds.push("busybox", name("base/busybox:1"));
    }

    @AfterEach
    void stop() {
        builds.close();
        registry.close();
    }

    private String name(String image) {
        return registry.address() + "/" + image;
    }

    private BuildRequest request(@Nullable String cache, Map<String, String> files) {
        return new BuildRequest(
                new BuildRequest.Source(new BuildRequest.Inline(files), null),
                "",
                new BuildRequest.Dockerfile(null, null),
                Map.of(),
                null,
                new BuildRequest.Output(name("team/app"), List.of("1", "latest"), "debug-1"),
                new BuildRequest.Cache(cache, "scope"));
    }

    private BuildReport build(String dockerfile) throws IOException {
        return build("pod", request(null, Map.of("Dockerfile", dockerfile, "a", "a")));
    }

    /// Runs `request` in a pod of its own; checks that the report which is left is the one that came back.
    private BuildReport build(String pod, BuildRequest request) throws IOException {
        Path root = directory.resolve(pod);
        Path document = BuilderPaths.below(root, BuilderPaths.REQUEST);
        Files.createDirectories(document.getParent());
        Files.createDirectories(root.resolve("dev"));
        Files.write(document, ReportJson.bytes(request));
        log.reset();
        BuildReport report = StrataBuild.run(
                root,
                ReportJson.digest(Files.readAllBytes(BuilderPaths.below(root, BuilderPaths.REQUEST))),
                Builds.EXEC,
                new PrintStream(log, true, UTF_8));
        byte[] left = Files.readAllBytes(BuilderPaths.below(root, BuilderPaths.TERMINATION_LOG));
        assertThat(left).isEqualTo(ReportJson.bytes(report)).hasSizeLessThanOrEqualTo(BuildReport.MAX_BYTES);
        return report;
    }

    private static BuildReport.Failure failure(BuildReport report) {
        return Objects.requireNonNull(report.failure(), "the build was to fail");
    }

    private Image pull(String name) throws IOException {
        return new ImagePuller(builds.store()).pull(ImageReference.parse(name));
    }

    @Test
    void anImageIsPushedUnderEveryTagAndReported() throws Exception {
        BuildReport report = build("FROM " + name("base/busybox:1") + "\nCOPY a /a\nRUN cat /a > /made\n");

        assertThat(report.failure()).isNull();
        assertThat(report.steps()).isEqualTo(3);
        assertThat(report.tags()).containsExactly("1", "latest");
        for (String tag : report.tags()) {
            assertThat(name("team/app@")
                            + pull(name("team/app:" + tag)).descriptor().digest())
                    .isEqualTo(report.image());
        }
    }

    @Test
    void aFailedStepIsReportedAndTheImageBeforeItPushed() throws Exception {
        BuildReport report = build(
                "FROM " + name("base/busybox:1") + "\nRUN echo good > /good\nRUN echo oops && exit 7\nRUN true\n");

        BuildReport.Failure failure = failure(report);
        assertThat(failure.reason()).isEqualTo("InstructionFailed");
        assertThat(failure.message()).startsWith("Dockerfile:3: the command ended with exit code 7");
        assertThat(failure.step()).isEqualTo("[stage-0 3/4] RUN echo oops && exit 7");
        assertThat(failure.line()).isEqualTo(3);
        assertThat(failure.exitCode()).isEqualTo(7);
        assertThat(failure.logTail()).isEqualTo("oops");
        assertThat(failure.debugImage()).isEqualTo(name("team/app:debug-1"));
        assertThat(builds.content(pull(name("team/app:debug-1")), 2, "good")).isEqualTo("good\n");
        assertThat(registry.requests("PUT /v2/team/app/manifests/(1|latest) ")).isZero();
    }

    @Test
    void aBuilderThatIsKilledLeavesTheStepThatItWasAt() throws Exception {
        BuildRequest request = request(
                null,
                Map.of(
                        "Dockerfile",
                        "FROM " + name("base/busybox:1") + "\n\nRUN echo ran\nRUN sleep 5; \\\n  echo \u20ac\n",
                        "a",
                        "a"));
        Path message = BuilderPaths.below(directory.resolve("pod"), BuilderPaths.TERMINATION_LOG);
        var seen = new ArrayList<StepReport>();
        var building = new FutureTask<>(() -> build("pod", request));
        Thread.ofPlatform().start(building);
        while (!building.isDone()) {
            byte[] left = Files.exists(message) ? Files.readAllBytes(message) : new byte[0];
            try {
                StepReport step = ReportJson.step(left);
                if (seen.isEmpty() || !seen.getLast().equals(step)) {
                    seen.add(step);
                }
            } catch (StrataException e) {
                if (!new String(left, UTF_8).isBlank()) {
                    ReportJson.report(left);
                }
            }
            Thread.sleep(1);
        }

        assertThat(building.get().failure()).isNull();
        assertThat(seen).contains(new StepReport("stage-0", 3, 3, "RUN sleep 5; echo \u20ac", 4));
        assertThat(ReportJson.report(Files.readAllBytes(message))).isEqualTo(building.get());
    }

    @Test
    void aLongFailedStepIsReportedWithItsBeginning() throws Exception {
        String script = "exit 3; echo " + "package ".repeat(1250);
        BuildReport report = build("FROM " + name("base/busybox:1") + "\nRUN " + script + "\n");

        assertThat(failure(report).step())
                .startsWith("[stage-0 2/2] RUN exit 3; echo package")
                .hasSize(200)
                .endsWith("…");
        assertThat(failure(report).exitCode()).isEqualTo(3);
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
        BuildRequest inline = request(null, Map.of());
        var git = new BuildRequest.Git(repository.resolve(".git").toUri().toString(), commit);

        BuildReport report = build(
                "pod",
                new BuildRequest(
                        new BuildRequest.Source(null, git),
                        "",
                        inline.dockerfile(),
                        Map.of(),
                        null,
                        inline.output(),
                        inline.cache()));

        assertThat(failure(report).reason()).isEqualTo("DockerfileNotFound");
        assertThat(report.sourceRevision()).isEqualTo(commit);
        assertThat(log.toString(UTF_8)).doesNotContain("s3cret");
    }

    @Test
    void aDamagedLayerOfTheBaseIsAFailureOfItsStep() throws Exception {
        Image base =
                builds.store().images().find(ImageReference.parse("busybox")).orElseThrow();
        for (byte[] bytes :
                List.of("no gzip".getBytes(UTF_8), new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3})) {
            var store = builds.store();
            ImageReference damaged = ImageReference.parse(name("base/damaged:1"));
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
                BuildReport report = build("FROM " + damaged + "\n" + step + "\n");
                assertThat(failure(report).reason()).isEqualTo("ImageInvalid");
                assertThat(failure(report).line()).isEqualTo(2);
            }
        }
    }

    @Test
    void anErrorNobodyExpectedIsReportedWithoutItsMessage() throws Exception {
        Path root = directory.resolve("pod");
        Files.createDirectories(
                BuilderPaths.below(root, BuilderPaths.DOCKER_CONFIG).getParent());
        Files.createDirectories(root.resolve("dev"));
        Path document = BuilderPaths.below(root, BuilderPaths.REQUEST);
        Files.createDirectories(document.getParent());
        Files.write(
                document,
                ReportJson.bytes(new BuildRequest(
                        new BuildRequest.Source(new BuildRequest.Inline(Map.of("Dockerfile", "FROM scratch\n")), null),
                        "secret\0",
                        new BuildRequest.Dockerfile(null, null),
                        Map.of(),
                        null,
                        new BuildRequest.Output("127.0.0.1:1/app", List.of("1"), "debug-1"),
                        new BuildRequest.Cache(null, "scope"))));

        BuildReport report = StrataBuild.run(
                root,
                ReportJson.digest(Files.readAllBytes(BuilderPaths.below(root, BuilderPaths.REQUEST))),
                Builds.EXEC,
                new PrintStream(log, true, UTF_8));

        assertThat(failure(report).reason()).isEqualTo(ProblemCode.Internal.name());
        assertThat(failure(report).message()).startsWith("the builder failed: IllegalArgumentException: at ");
        assertThat(log.toString(UTF_8))
                .contains("    at dev.strata.engine.build.")
                .doesNotContain("zero byte");
    }

    @Test
    void aDamagedCacheIsOnlyANote() throws Exception {
        var store = builds.store();
        ImageReference cache = ImageReference.parse(name("team/app/cache:scope"));
        for (String garbage : List.of("no JSON", "{}", "{\"records\":{\"x\":{}}}")) {
            Descriptor config = store.blobs().put(RegistryCache.CONFIG_TYPE, garbage.getBytes(UTF_8));
            store.registry().pushBlob(cache, config, store.blobs());
            store.registry()
                    .pushManifest(
                            cache,
                            MediaTypes.OCI_MANIFEST,
                            OciJson.bytes(new Manifest(
                                    MediaTypes.OCI_MANIFEST,
                                    RegistryCache.ARTIFACT_TYPE,
                                    config,
                                    List.of(),
                                    Map.of())));

            BuildReport report = build(
                    "pod", request(name("team/app/cache"), Map.of("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")));

            assertThat(report.failure()).isNull();
            assertThat(log.toString(UTF_8)).contains("built without a cache: ");
            assertThat(new RegistryCache(store, cache).load()).hasSize(1);
        }
    }

    @Test
    void aCacheThatCannotBeKeptIsOnlyANote() throws Exception {
        HttpServer refusing = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        refusing.createContext("/", exchange -> {
            exchange.sendResponseHeaders(exchange.getRequestMethod().equals("GET") ? 404 : 403, -1);
            exchange.close();
        });
        refusing.start();
        try {
            BuildReport report = build(
                    "pod",
                    request(
                            "127.0.0.1:" + refusing.getAddress().getPort() + "/cache",
                            Map.of("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")));

            assertThat(report.failure()).isNull();
            assertThat(report.image()).isNotNull();
            assertThat(log.toString(UTF_8)).contains("the cache could not be kept: ");
        } finally {
            refusing.stop(0);
        }
    }

    @Test
    void goodStepsOfAFailedBuildAreFoundByTheNextPod() throws Exception {
        String start = "FROM " + name("base/busybox:1") + "\nRUN echo slow > /slow\n";
        build("first", request(name("team/app/cache"), Map.of("Dockerfile", start + "RUN exit 1\n")));
        BuildReport second =
                build("second", request(name("team/app/cache"), Map.of("Dockerfile", start + "RUN exit 0\n")));

        assertThat(second.failure()).isNull();
        assertThat(second.cachedSteps()).isEqualTo(1);
    }

    @Test
    void aFailedBuildForgetsNothingOfTheStepsBehindIt() throws Exception {
        String start = "FROM " + name("base/busybox:1") + "\nRUN echo one > /one\n";
        String end = "RUN echo three > /three\n";
        build("first", request(name("team/app/cache"), Map.of("Dockerfile", start + end)));
        build("broken", request(name("team/app/cache"), Map.of("Dockerfile", start + "RUN exit 1\n" + end)));
        BuildReport mended = build("mended", request(name("team/app/cache"), Map.of("Dockerfile", start + end)));

        assertThat(mended.failure()).isNull();
        assertThat(mended.cachedSteps()).isEqualTo(2);
    }
}
