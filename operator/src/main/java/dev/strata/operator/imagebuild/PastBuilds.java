/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.report.BuildReport;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the status of an ImageBuild tells of each of its builds. Pure.
///
/// @param build the resource with its old status
record PastBuilds(ImageBuild build, ImageBuildObserved observed) {
    ImageBuildStatus.Run run(Job job) {
        return new ImageBuildStatus.Run(
                ImageBuildObserved.number(job),
                job.getMetadata().getName(),
                result(job),
                ImageBuildObserved.annotation(job, ImageBuildDesired.REVISION),
                job.getMetadata().getCreationTimestamp(),
                ended(job),
                observed.confirmed(job));
    }

    private String result(Job job) {
        if (observed.confirmed(job) != null) {
            return "Succeeded";
        }
        return observed.made(job) != null ? "Unconfirmed" : ImageBuildObserved.over(job) ? "Failed" : "Running";
    }

    ImageBuildStatus.SuccessfulBuild success(Job job) {
        String finished = ended(job);
        String started = job.getMetadata().getCreationTimestamp();
        String duration = finished == null || started == null
                ? null
                : Duration.between(Instant.parse(started), Instant.parse(finished))
                        .toString()
                        .substring(2)
                        .toLowerCase(Locale.ROOT);
        String request = ImageBuildObserved.annotation(job, Wanted.REBUILD_REQUESTED);
        return new ImageBuildStatus.SuccessfulBuild(
                ImageBuildObserved.number(job),
                finished,
                duration,
                ImageBuildObserved.annotation(job, ImageBuildDesired.KEY),
                request.isEmpty() ? null : request);
    }

    private @Nullable String ended(Job job) {
        Instant end = observed.endTime(job);
        return end == null ? null : end.toString();
    }

    /// The newest build that has succeeded; null where its Job is gone, which leaves it to what the status says.
    @Nullable
    Job good() {
        return observed.jobs().stream()
                .filter(job -> observed.confirmed(job) != null && !earlier(job))
                .findFirst()
                .orElse(null);
    }

    /// Whether the status names a later build as the last successful one.
    private boolean earlier(Job job) {
        ImageBuildStatus.SuccessfulBuild last = observed.told().success();
        return last != null && last.number() != null && ImageBuildObserved.number(job) < last.number();
    }

    /// The failure of the newest build that has failed, unless a later one has succeeded.
    ImageBuildStatus.@Nullable Failure lastFailure() {
        for (Job job : observed.jobs()) {
            if (observed.confirmed(job) != null || earlier(job)) {
                return null;
            }
            if (observed.failed(job)) {
                return failure(job);
            }
        }
        return ImageBuildStatuses.old(build).lastFailure();
    }

    /// Why an ended build made no image. What was told once stays when the pod and its report are gone.
    ImageBuildStatus.Failure failure(Job job) {
        BuildReport report = observed.report(job);
        ImageBuildStatus.Failure told = ImageBuildStatuses.old(build).lastFailure();
        int number = ImageBuildObserved.number(job);
        if (report == null && told != null && Objects.equals(told.number(), number)) {
            return told;
        }
        ImageBuildStatus.Progress last = LeftStep.of(observed, job);
        if (last == null && Objects.equals(ImageBuildStatuses.old(build).buildNumber(), number)) {
            last = ImageBuildStatuses.old(build).progress();
        }
        return new Failures(observed, job, report).failure(build.getSpec(), last);
    }
}
