/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.git.GitCredentials;
import dev.strata.engine.git.GitSource;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.BuilderPaths;
import dev.strata.engine.solve.BuildEvent;
import dev.strata.engine.solve.StepFailure;
import dev.strata.engine.solve.VertexResult;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One request of the operator from source to report. Whatever goes wrong becomes the report's failure.
final class PodBuild {
    private final LocalStore store;
    private final BuildRequest request;
    private final Path root;
    private final PrintStream out;
    private final Map<String, Long> timings = new ConcurrentHashMap<>();
    private final ImageReference repository;
    private final PodCache cache;
    private final TerminationMessage message;
    private @Nullable String debugImage;

    /// @param root the pod's `/`
    PodBuild(LocalStore store, BuildRequest request, Path root, PrintStream out) {
        this.store = store;
        this.request = request;
        this.root = root;
        this.out = out;
        this.repository = ImageReference.parse(request.output().repository());
        this.cache = new PodCache(store, request.cache(), out);
        this.message = TerminationMessage.below(root);
    }

    BuildReport run() {
        try {
            return build();
        } catch (StrataException e) {
            out.println("ERROR " + PodFailure.escapeLines(e.problem().render()));
            return failure(e);
        } catch (IOException | UncheckedIOException e) {
            return failed(Problem.of(
                    ProblemCode.StoreInvalid,
                    "the builder cannot use its volume",
                    String.valueOf(e.getMessage()),
                    "check the volume's free space"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(Problem.of(ProblemCode.Cancelled, "the build was interrupted", "", ""));
        }
    }

    private BuildReport build() throws IOException, InterruptedException {
        long start = System.nanoTime();
        String launched = System.getenv(BuilderPaths.LAUNCHED);
        if (launched != null) {
            timings.put("start", System.currentTimeMillis() - Long.parseLong(launched));
        }
        // The cache is read while the source is fetched: both wait for a network.
        var loading = new FutureTask<>(() -> timed("cache", cache::load));
        Thread.ofVirtual().start(loading);
        Source source = timed("source", this::fetchSource);
        Map<CacheKey, CacheRecord> imported = result(loading);
        Consumer<BuildEvent> events = message::accept;
        var builder = new ImageBuilder(store, options(source, imported), events.andThen(new PlainProgress(out)));
        try {
            Image image = timed("steps", builder::build);
            message.clear();
            timed("push", () -> push(image));
            exportCache(imported, builder.usedRecords());
            timings.put("total", millisSince(start));
            return succeeded(image, builder);
        } catch (StepFailure e) {
            debugImage = pushDebug(e);
            // What the steps after this one would have used is kept for the build that mends it.
            var known = new LinkedHashMap<>(imported);
            known.putAll(builder.usedRecords());
            exportCache(imported, known);
            throw e;
        }
    }

    private static <T> T result(FutureTask<T> task) throws InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("reading the cache never fails", e);
        }
    }

    private void exportCache(Map<CacheKey, CacheRecord> imported, Map<CacheKey, CacheRecord> wanted)
            throws IOException, InterruptedException {
        if (!wanted.equals(imported)) {
            timed("cache-export", () -> {
                cache.save(wanted);
                return imported;
            });
        }
    }

    /// A report of a build that did not get as far as a step.
    static BuildReport failed(Problem problem) {
        return new BuildReport(null, 0, List.of(), null, 0, 0, Map.of(), PodFailure.of(problem));
    }

    private record Source(Path directory, Instant mtime) {}

    private Source fetchSource() throws IOException {
        // One directory for all that this build checks out; it goes when the store is opened the next time.
        Path place = Files.createTempDirectory(
                BuilderPaths.below(root, BuilderPaths.STORE).resolve("tmp"), "build");
        Path directory = Files.createDirectory(place.resolve("source"));
        BuildRequest.Git git = request.source().git();
        BuildRequest.Inline inline = request.source().inline();
        if (git != null) {
            var credentials = GitCredentials.read(BuilderPaths.below(root, BuilderPaths.GIT_CREDENTIALS));
            return new Source(directory, new GitSource(git, credentials).checkOut(directory));
        }
        if (inline != null) {
            InlineSource.write(inline, directory);
        }
        return new Source(directory, Instant.EPOCH);
    }

    private BuildOptions options(Source source, Map<CacheKey, CacheRecord> imported) throws IOException {
        return new BuildOptions(
                BuildInput.ofSource(
                        source.directory(),
                        request.contextDir(),
                        request.dockerfile().path(),
                        request.dockerfile().inline(),
                        source.mtime()),
                request.args(),
                request.target(),
                Platform.local(),
                true,
                false,
                imported,
                null);
    }

    private Image push(Image image) {
        new ImagePusher(store)
                .push(
                        image,
                        request.output().tags().stream()
                                .map(repository::withTag)
                                .toList());
        return image;
    }

    private BuildReport succeeded(Image image, ImageBuilder builder) {
        return new BuildReport(
                repository.byDigest(image.descriptor().digest()).toString(),
                ImageArchive.size(image),
                request.output().tags(),
                revision(),
                builder.steps(),
                builder.cachedSteps(),
                timings,
                null);
    }

    private @Nullable String revision() {
        BuildRequest.Git git = request.source().git();
        return git == null ? null : git.commit();
    }

    private BuildReport failure(StrataException e) {
        return withRevision(
                e instanceof StepFailure step ? PodFailure.of(step, debugImage) : PodFailure.of(e.problem()));
    }

    private BuildReport withRevision(BuildReport.Failure failure) {
        return new BuildReport(null, 0, List.of(), revision(), 0, 0, timings, failure);
    }

    /// Pushes the image before the failed step; that this fails too must not hide the first failure.
    private @Nullable String pushDebug(StepFailure failure) {
        VertexResult lastGood = failure.lastGood();
        if (lastGood == null || lastGood.layers().isEmpty()) {
            return null;
        }
        ImageReference name = repository.withTag(request.output().debugTag());
        try {
            new ImagePusher(store).push(new ImageWriter(store.blobs()).write(lastGood), List.of(name));
            return name.toString();
        } catch (StrataException e) {
            out.println("the last good step's image could not be pushed: "
                    + PlainProgress.escape(e.problem().headline()));
            return null;
        } catch (RuntimeException e) {
            out.println("the last good step's image could not be pushed: "
                    + PlainProgress.escape(e.getClass().getSimpleName()));
            return null;
        }
    }

    private interface Phase<T> {
        T run() throws IOException, InterruptedException;
    }

    private <T> T timed(String name, Phase<T> phase) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try {
            return phase.run();
        } finally {
            timings.put(name, millisSince(start));
        }
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
