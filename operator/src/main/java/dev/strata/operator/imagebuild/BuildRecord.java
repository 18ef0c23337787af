/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.operator.BuildMetrics;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells what changed: as log lines, Events and metrics. Thread-safe.
final class BuildRecord {
    private static final Logger LOG = LoggerFactory.getLogger(BuildRecord.class);

    private final BuildEvents events;
    private final BuildMetrics metrics;

    BuildRecord(BuildEvents events, BuildMetrics metrics) {
        this.events = events;
        this.metrics = metrics;
    }

    /// Lets the metrics count what the informers know, so that what is deleted or suspended counts no more.
    void count(Supplier<Stream<Job>> jobs, Supplier<Stream<ImageBuild>> builds) {
        metrics.now(
                () -> jobs.get().filter(job -> !ImageBuildObserved.over(job)).count(),
                () -> builds.get().filter(ImageBuildStatuses::queued).count());
    }

    /// Nothing was started because of `problem`.
    void refused(ImageBuild build, int number, Problem problem) {
        if (problem.code() == ProblemCode.IsolationUnavailable) {
            events.warning(build, number, problem.code().name(), problem.headline() + ". Try: " + problem.tryThis());
        }
    }

    /// The source cannot be looked up, for the first time since it could.
    void unseen(ImageBuild build, ImageBuildObserved observed, Sources.Found source) {
        Problem problem = source.problem();
        if (problem != null) {
            events.warning(
                    build,
                    observed.nextNumber() - 1,
                    "SourceUnavailable",
                    problem.code() + ": " + problem.headline() + ". Try: " + problem.tryThis());
        }
    }

    /// The status of `build` has become `fresh`.
    void changed(ImageBuild build, ImageBuildStatus fresh, ImageBuildObserved observed) {
        ImageBuildStatus old = build.getStatus();
        for (ImageBuildStatus.Run run : runs(fresh)) {
            String before = result(old, run.job());
            if (!Objects.equals(before, run.result()) && run.number() != null) {
                tell(build, run.number(), run, fresh, observed);
            }
        }
        if (started(old) < started(fresh)) {
            events.normal(build, started(fresh), "BuildStarted", "build " + started(fresh) + " has started");
        }
    }

    private void tell(
            ImageBuild build,
            int number,
            ImageBuildStatus.Run run,
            ImageBuildStatus fresh,
            ImageBuildObserved observed) {
        String result = String.valueOf(run.result());
        if (result.equals("Running") || result.equals("Unconfirmed")) {
            return;
        }
        observed.waited(String.valueOf(run.job())).ifPresent(metrics::waited);
        ImageBuildStatus.Failure last = fresh.lastFailure();
        ImageBuildStatus.Failure failure = last != null && Objects.equals(last.number(), number) ? last : null;
        boolean good = result.equals("Succeeded");
        String reason = good || failure == null ? result : String.valueOf(failure.reason());
        Duration duration = run.started() == null || run.finished() == null
                ? Duration.ZERO
                : Duration.between(Instant.parse(run.started()), Instant.parse(run.finished()));
        metrics.ended(result, reason, duration);
        LOG.atInfo()
                .addKeyValue("namespace", build.getMetadata().getNamespace())
                .addKeyValue("name", build.getMetadata().getName())
                .addKeyValue("build", number)
                .addKeyValue("result", result)
                .addKeyValue("reason", reason)
                .log("a build has ended");
        if (good) {
            events.normal(build, number, "BuildSucceeded", "build " + number + " made " + run.image());
        } else {
            events.warning(build, number, "BuildFailed", reason + ": " + (failure == null ? "" : failure.message()));
        }
    }

    private static int started(@Nullable ImageBuildStatus status) {
        return status == null || status.buildNumber() == null ? 0 : status.buildNumber();
    }

    private static List<ImageBuildStatus.Run> runs(@Nullable ImageBuildStatus status) {
        return status == null || status.history() == null ? List.of() : status.history();
    }

    private static @Nullable String result(@Nullable ImageBuildStatus status, @Nullable String job) {
        return runs(status).stream()
                .filter(run -> Objects.equals(run.job(), job))
                .map(ImageBuildStatus.Run::result)
                .findFirst()
                .orElse(null);
    }
}
