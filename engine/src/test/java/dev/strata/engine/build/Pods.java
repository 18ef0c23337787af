/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.image.Image;
import dev.strata.engine.reference.ImageReference;
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

/// Builder pods, each with a directory as its `/`, a real registry for them, and builds beside them
/// that have pushed the image `base/busybox:1`.
final class Pods implements AutoCloseable {
    private final Path directory;
    private final TestRegistry registry;
    private final Builds builds;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    Pods(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        registry = TestRegistry.start(directory.resolve("registry"));
        builds = new Builds(directory.resolve("local"));
        builds.busybox();
        builds.push("busybox", name("base/busybox:1"));
    }

    TestRegistry registry() {
        return registry;
    }

    Builds builds() {
        return builds;
    }

    /// The name of an image in the registry.
    String name(String image) {
        return registry.address() + "/" + image;
    }

    BuildRequest request(@Nullable String cache, Map<String, String> files) {
        return new BuildRequest(
                new BuildRequest.Source(new BuildRequest.Inline(files), null),
                "",
                new BuildRequest.Dockerfile(null, null),
                Map.of(),
                null,
                new BuildRequest.Output(name("team/app"), List.of("1", "latest"), "debug-1"),
                new BuildRequest.Cache(cache, "scope"));
    }

    /// Builds with a file `a` in the context, without a cache.
    BuildReport build(String dockerfile) throws IOException {
        return build("pod", request(null, Map.of("Dockerfile", dockerfile, "a", "a")));
    }

    /// Runs `request` in a pod of its own; checks that the report which is left is the one that came
    /// back.
    BuildReport build(String pod, BuildRequest request) throws IOException {
        Path root = prepare(pod, request);
        log.reset();
        BuildReport report = run(root, new PrintStream(log, true, UTF_8));
        byte[] left = Files.readAllBytes(message(pod));
        assertThat(left).isEqualTo(ReportJson.bytes(report)).hasSizeLessThanOrEqualTo(BuildReport.MAX_BYTES);
        return report;
    }

    /// What the last [#build] has printed.
    String log() {
        return log.toString(UTF_8);
    }

    /// Starts the builder of a pod as a process, which takes its mounts along when it ends.
    ///
    /// @param output the file that it prints to
    Process start(String pod, BuildRequest request, Path output) throws IOException {
        Path root = prepare(pod, request);
        return new ProcessBuilder(
                        "unshare",
                        "--mount",
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Builder.class.getName(),
                        root.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /// The program of that process.
    static final class Builder {
        private Builder() {}

        public static void main(String[] args) throws IOException {
            run(Path.of(args[0]), System.out);
        }
    }

    /// The file in which a pod's builder says how far it has come.
    Path message(String pod) {
        return BuilderPaths.below(directory.resolve(pod), BuilderPaths.TERMINATION_LOG);
    }

    private Path prepare(String pod, BuildRequest request) throws IOException {
        Path root = directory.resolve(pod);
        Path document = BuilderPaths.below(root, BuilderPaths.REQUEST);
        Files.createDirectories(document.getParent());
        Files.createDirectories(root.resolve("dev"));
        Files.write(document, ReportJson.bytes(request));
        return root;
    }

    private static BuildReport run(Path root, PrintStream out) throws IOException {
        byte[] request = Files.readAllBytes(BuilderPaths.below(root, BuilderPaths.REQUEST));
        return StrataBuild.run(root, ReportJson.digest(request), Builds.EXEC, out);
    }

    static BuildReport.Failure failure(BuildReport report) {
        return Objects.requireNonNull(report.failure(), "the build was to fail");
    }

    Image pull(String name) throws IOException {
        return new ImagePuller(builds.store()).pull(ImageReference.parse(name));
    }

    @Override
    public void close() {
        builds.close();
        registry.close();
    }
}
