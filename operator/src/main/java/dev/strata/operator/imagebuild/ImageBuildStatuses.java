/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.report.BuildReport;
import dev.strata.operator.condition.Conditions;
import dev.strata.operator.condition.Truth;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The status of an ImageBuild for what was observed. Pure.
///
/// @param build the resource with its old status
/// @param now the time of conditions that flip
record ImageBuildStatuses(ImageBuild build, ImageBuildObserved observed, Instant now) {
    static final String QUEUED = "Queued";

    private static final Duration LATE = Duration.ofMinutes(10);

    /// Nothing was started because of `problem`; the image of an earlier build stays.
    ImageBuildStatus refused(Problem problem) {
        boolean later = problem.code().retryable();
        return status(
                conditions(
                        Truth.FALSE,
                        Truth.of(later),
                        Truth.of(!later),
                        problem.code().name(),
                        text(problem)),
                observed.runs() ? old().progress() : null,
                observed.newest());
    }

    /// No new build is started; `reason` is `Suspended` or `Queued`.
    ImageBuildStatus idle(String reason, String message) {
        Truth waits = Truth.of(reason.equals(QUEUED));
        return status(conditions(Truth.FALSE, waits, Truth.FALSE, reason, message), null, observed.newest());
    }

    /// The git server has not said yet which commit the source names.
    ImageBuildStatus lookingUp() {
        return status(
                conditions(
                        Truth.FALSE,
                        Truth.TRUE,
                        Truth.FALSE,
                        "LookingUp",
                        "the git server is asked which commit the source names"),
                null,
                observed.newest());
    }

    /// Whether the status of `build` says that it waits for others to end.
    static boolean queued(ImageBuild build) {
        Condition ready = build.getStatus() == null
                ? null
                : Conditions.find(build.getStatus().conditions(), Conditions.READY);
        return ready != null && QUEUED.equals(ready.getReason());
    }

    /// The build of `job` runs.
    ImageBuildStatus running(Job job, ImageBuildStatus.@Nullable Progress progress, @Nullable Trouble trouble) {
        String reason = trouble == null ? "Building" : trouble.reason();
        String message = trouble == null ? "build " + ImageBuildObserved.number(job) + " runs" : trouble.message();
        return status(conditions(Truth.FALSE, Truth.TRUE, Truth.FALSE, reason, message), progress, job);
    }

    /// The last build is the wanted one and was good; its Job is gone.
    ///
    /// @param unseen as for [#finished]
    ImageBuildStatus kept(@Nullable Problem unseen) {
        return status(
                conditions(
                        Truth.TRUE,
                        Truth.FALSE,
                        Truth.FALSE,
                        "Succeeded",
                        "build " + observed.told().lastNumber() + " is in the registry" + unseen(unseen)),
                null,
                null);
    }

    /// The build of `job` has ended.
    ///
    /// @param unseen why its source could not be looked up since; null when it could
    ImageBuildStatus finished(Job job, @Nullable Problem unseen) {
        ImageBuildStatus.Failure failure = observed.confirmed(job) == null ? past().failure(job) : null;
        return failure == null
                ? status(
                        conditions(
                                Truth.TRUE,
                                Truth.FALSE,
                                Truth.FALSE,
                                "Succeeded",
                                "build " + ImageBuildObserved.number(job) + " is in the registry" + unseen(unseen)),
                        null,
                        job)
                : status(
                        conditions(
                                Truth.FALSE,
                                Truth.FALSE,
                                Truth.TRUE,
                                String.valueOf(failure.reason()),
                                String.valueOf(failure.message())),
                        null,
                        job);
    }

    /// The builder says that it has pushed an image, which its registry does not show because of `problem`. What does
    /// not pass by itself, or has not for minutes, is for somebody to mend. A registry
    /// may show an image some time after it took it.
    ImageBuildStatus unconfirmed(Job job, Problem problem) {
        boolean passes = problem.code().retryable() || problem.code() == ProblemCode.ImageNotFound;
        boolean stalled = !passes || late(job);
        String message = stalled
                ? text(problem) + ". It is looked for on and on; or ask for the build again by the annotation "
                        + Wanted.REBUILD_REQUESTED
                : text(problem);
        return status(
                conditions(
                        Truth.FALSE,
                        Truth.of(!stalled),
                        Truth.of(stalled),
                        problem.code().name(),
                        message),
                null,
                job);
    }

    /// Whether the image of `job` ought to have been seen by now.
    boolean late(Job job) {
        Instant end = observed.endTime(job);
        return end != null && !end.plus(LATE).isAfter(now);
    }

    /// The build of `job` has failed and is made again at `due`.
    ImageBuildStatus retrying(Job job, Instant due) {
        ImageBuildStatus.Failure failure = past().failure(job);
        return status(
                conditions(
                        Truth.FALSE,
                        Truth.TRUE,
                        Truth.FALSE,
                        String.valueOf(failure.reason()),
                        failure.message() + ". Build " + (ImageBuildObserved.number(job) + 1) + " tries again at "
                                + due),
                null,
                job);
    }

    private ImageBuildStatus status(
            List<Condition> conditions, ImageBuildStatus.@Nullable Progress progress, @Nullable Job known) {
        // The Job of a later build may be gone.
        Job newest = known != null
                        && ImageBuildObserved.number(known) < observed.told().lastNumber()
                ? null
                : known;
        Job good = past().good();
        BuildReport report = good == null ? null : observed.report(good);
        return new ImageBuildStatus(
                Conditions.merge(old().conditions(), conditions, now),
                build.getMetadata().getGeneration(),
                report == null ? old().image() : image(report),
                newest == null ? old().buildNumber() : Integer.valueOf(ImageBuildObserved.number(newest)),
                good == null ? old().lastSuccessfulBuild() : past().success(good),
                newest == null
                        ? old().source()
                        : new ImageBuildStatus.SourceState(
                                ImageBuildObserved.annotation(newest, ImageBuildDesired.REVISION)),
                progress,
                past().lastFailure(),
                observed.jobs().stream().map(past()::run).toList(),
                newest == null
                        ? old().isolationMode()
                        : ImageBuildDesired.modeName(ImageBuildObserved.annotation(newest, ImageBuildDesired.MODE)));
    }

    private static String unseen(@Nullable Problem problem) {
        return problem == null
                ? ""
                : "; since then its source could not be looked up: " + problem.code() + ", " + text(problem);
    }

    private static String text(Problem problem) {
        return problem.tryThis().isEmpty() ? problem.headline() : problem.headline() + ". Try: " + problem.tryThis();
    }

    private List<Condition> conditions(Truth ready, Truth reconciling, Truth stalled, String reason, String message) {
        Long generation = build.getMetadata().getGeneration();
        long observedGeneration = generation == null ? 0 : generation;
        return List.of(
                Conditions.of(Conditions.READY, ready, reason, message, observedGeneration),
                Conditions.of(Conditions.RECONCILING, reconciling, reason, message, observedGeneration),
                Conditions.of(Conditions.STALLED, stalled, reason, message, observedGeneration));
    }

    private PastBuilds past() {
        return new PastBuilds(build, observed);
    }

    private ImageBuildStatus old() {
        return old(build);
    }

    /// The status that `build` has; one that says nothing where it has none.
    static ImageBuildStatus old(ImageBuild build) {
        return build.getStatus() == null
                ? new ImageBuildStatus(null, null, null, null, null, null, null, null, null, null)
                : build.getStatus();
    }

    private static ImageBuildStatus.Image image(BuildReport report) {
        String reference = String.valueOf(report.image());
        return new ImageBuildStatus.Image(
                reference, reference.substring(reference.indexOf('@') + 1), report.imageSize());
    }
}
