/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.engine.problem.ProblemCode;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.jspecify.annotations.Nullable;

/// What a reconcile does next.
sealed interface BuildStep {
    /// Makes build `number`.
    record Create(int number) implements BuildStep {}

    /// Removes a running build that a newer key has overtaken; its successor is made when it is gone.
    record Replace(Job job) implements BuildStep {}

    /// Ends a build that must not go on, and keeps its Job as the record of that.
    record GiveUp(Job job, ProblemCode reason) implements BuildStep {}

    /// Leaves the running build alone.
    record Wait(Job job) implements BuildStep {}

    /// The newest build is the wanted one and has ended.
    record Finish(Job job) implements BuildStep {}

    /// Starts nothing, because `suspend` says so.
    record Rest() implements BuildStep {}

    /// A build is made when there is none of this key, and only when no other runs.
    static BuildStep decide(ImageBuildObserved observed, String key, boolean suspend) {
        Job newest = observed.newest();
        if (newest == null) {
            return suspend ? new Rest() : new Create(observed.nextNumber());
        }
        if (newest.getMetadata().getDeletionTimestamp() != null) {
            return new Wait(newest);
        }
        boolean wanted = key.equals(newest.getMetadata().getAnnotations().get(ImageBuildDesired.KEY));
        if (observed.ended(newest)) {
            return wanted ? new Finish(newest) : suspend ? new Rest() : new Create(observed.nextNumber());
        }
        if (!wanted && !suspend) {
            return new Replace(newest);
        }
        ProblemCode fatal = fatal(observed, newest);
        return fatal == null ? new Wait(newest) : new GiveUp(newest, fatal);
    }

    private static @Nullable ProblemCode fatal(ImageBuildObserved observed, Job job) {
        if (newestPodDiffers(observed, job)) {
            return ProblemCode.IsolationUnavailable;
        }
        return observed.outOfMemory(job) ? ProblemCode.OutOfMemory : null;
    }

    /// An API server without user namespaces drops `hostUsers` silently; such a pod must not go on.
    private static boolean newestPodDiffers(ImageBuildObserved observed, Job job) {
        return observed.pods(job).stream()
                .anyMatch(pod -> !BuilderPod.sameIsolation(job.getMetadata().getAnnotations(), pod.getSpec()));
    }
}
