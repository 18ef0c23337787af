/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.report.BuildReport;
import dev.strata.operator.condition.Conditions;
import dev.strata.operator.condition.Truth;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The status of an ImageBuild for what was observed. Pure.
///
/// @param build the resource with its old status
/// @param now the time of conditions that flip
record ImageBuildStatuses(ImageBuild build, ImageBuildObserved observed, Instant now) {
    static final String QUEUED = "Queued";

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

    /// The build of `job` has ended.
    ///
    /// @param unseen why its source could not be looked up since; null when it could
    ImageBuildStatus finished(Job job, @Nullable Problem unseen) {
        ImageBuildStatus.Failure failure = image(job) == null ? failure(job) : null;
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

    /// The builder says that it has pushed an image, which its registry does not show because of `problem`.
    ImageBuildStatus unconfirmed(Job job, Problem problem) {
        return status(
                conditions(Truth.FALSE, Truth.TRUE, Truth.FALSE, problem.code().name(), text(problem)), null, job);
    }

    /// The build of `job` has failed and is made again at `due`.
    ImageBuildStatus retrying(Job job, Instant due) {
        ImageBuildStatus.Failure failure = failure(job);
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
            List<Condition> conditions, ImageBuildStatus.@Nullable Progress progress, @Nullable Job newest) {
        Job good = observed.jobs().stream()
                .filter(job -> image(job) != null)
                .findFirst()
                .orElse(null);
        BuildReport report = good == null ? null : observed.report(good);
        return new ImageBuildStatus(
                Conditions.merge(old().conditions(), conditions, now),
                build.getMetadata().getGeneration(),
                report == null ? old().image() : image(report),
                newest == null ? old().buildNumber() : Integer.valueOf(ImageBuildObserved.number(newest)),
                good == null ? old().lastSuccessfulBuild() : success(good),
                newest == null
                        ? old().source()
                        : new ImageBuildStatus.SourceState(
                                ImageBuildObserved.annotation(newest, ImageBuildDesired.REVISION)),
                progress,
                lastFailure(),
                observed.jobs().stream().map(this::run).toList(),
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

    private ImageBuildStatus old() {
        return build.getStatus() == null
                ? new ImageBuildStatus(null, null, null, null, null, null, null, null, null, null)
                : build.getStatus();
    }

    private static ImageBuildStatus.Image image(BuildReport report) {
        String reference = String.valueOf(report.image());
        return new ImageBuildStatus.Image(
                reference, reference.substring(reference.indexOf('@') + 1), report.imageSize());
    }

    private @Nullable String image(Job job) {
        return observed.confirmed(job);
    }

    private ImageBuildStatus.Run run(Job job) {
        return new ImageBuildStatus.Run(
                ImageBuildObserved.number(job),
                job.getMetadata().getName(),
                result(job),
                ImageBuildObserved.annotation(job, ImageBuildDesired.REVISION),
                job.getMetadata().getCreationTimestamp(),
                ended(job),
                image(job));
    }

    private String result(Job job) {
        if (image(job) != null) {
            return "Succeeded";
        }
        return observed.made(job) != null ? "Unconfirmed" : ImageBuildObserved.over(job) ? "Failed" : "Running";
    }

    private ImageBuildStatus.SuccessfulBuild success(Job job) {
        String finished = ended(job);
        String started = job.getMetadata().getCreationTimestamp();
        String duration = finished == null || started == null
                ? null
                : Duration.between(Instant.parse(started), Instant.parse(finished))
                        .toString()
                        .substring(2)
                        .toLowerCase(Locale.ROOT);
        return new ImageBuildStatus.SuccessfulBuild(ImageBuildObserved.number(job), finished, duration);
    }

    private @Nullable String ended(Job job) {
        Instant end = observed.endTime(job);
        return end == null ? null : end.toString();
    }

    /// The failure of the newest build that has failed, unless a later one has succeeded.
    private ImageBuildStatus.@Nullable Failure lastFailure() {
        for (Job job : observed.jobs()) {
            if (image(job) != null) {
                return null;
            }
            if (observed.failed(job)) {
                return failure(job);
            }
        }
        return old().lastFailure();
    }

    /// Why an ended build made no image. What was told once stays when the pod and its report are gone.
    private ImageBuildStatus.Failure failure(Job job) {
        BuildReport report = observed.report(job);
        ImageBuildStatus.Failure told = old().lastFailure();
        int number = ImageBuildObserved.number(job);
        if (report == null && told != null && Objects.equals(told.number(), number)) {
            return told;
        }
        ImageBuildStatus.Progress last = LeftStep.of(observed, job);
        if (last == null && Objects.equals(old().buildNumber(), number)) {
            last = old().progress();
        }
        return new Failures(observed, job, report).failure(build.getSpec(), last);
    }
}
