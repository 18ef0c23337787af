/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.engine.problem.ProblemCode;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// When a build that failed through no fault of its author is made again: 30 s, 2 min and 8 min after
/// its end, then no more. That is also one that ended well, and whose pod is gone with the name of its image; and one
/// that was refused
/// with the credentials of a Registry, whose password changes in the Secret and in the registry at different times.
/// Pure.
final class Retries {
    /// Builds of one key, the first included.
    static final int MOST = 4;

    private static final Duration FIRST = Duration.ofSeconds(30);
    private static final int FACTOR = 4;
    private static final String LOST = "BackoffLimitExceeded";

    private Retries() {}

    /// When the build of an ended Job is to be made again; null for never.
    static @Nullable Instant due(ImageBuildObserved observed, Job job) {
        Instant end = observed.endTime(job);
        int attempt = attempt(job);
        if (end == null || attempt >= MOST || observed.succeeded(job)) {
            return null;
        }
        ProblemCode code = new Failures(observed, job, observed.report(job)).code();
        if (code != ProblemCode.PodForbidden && unknown(observed, job)) {
            return null;
        }
        boolean retryable = code.retryable() || (observed.delivered() && code == ProblemCode.PushUnauthorized);
        return retryable ? end.plus(FIRST.multipliedBy((long) Math.pow(FACTOR, attempt - 1))) : null;
    }

    /// Whether nothing shows how the build ended. Its pods were lost with their nodes when the Job controller has made
    /// as many as it may and none has left an exit code; otherwise one has, and was removed with its report since.
    private static boolean unknown(ImageBuildObserved observed, Job job) {
        JobCondition failed = ImageBuildObserved.condition(job, "Failed");
        return observed.termination(job) == null && failed != null && !LOST.equals(failed.getReason());
    }

    /// How often a build of its key has been made, that of `job` included.
    static int attempt(Job job) {
        String text = ImageBuildObserved.annotation(job, ImageBuildDesired.ATTEMPT);
        return text.matches("[1-9]") ? Integer.parseInt(text) : 1;
    }
}
