/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.engine.problem.ProblemCode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a reconcile does next.
sealed interface BuildStep {
    /// Makes build `number`.
    ///
    /// @param attempt how often its key has been tried then
    record Create(int number, int attempt) implements BuildStep {}

    /// Removes a build that has not ended; its successor is made when it is gone.
    record Replace(Job job, Trouble why) implements BuildStep {}

    /// Ends a build that must not go on, and keeps its Job as the record of that.
    record GiveUp(Job job, ProblemCode reason) implements BuildStep {}

    /// Leaves the running build alone.
    record Wait(Job job) implements BuildStep {}

    /// Asks the registry for the image that the builder says it has pushed.
    ///
    /// @param image `registry/repository@sha256:...`
    record Confirm(Job job, String image) implements BuildStep {}

    /// Makes a build again that failed through no fault of its author, when it is due.
    record Retry(Job job, Instant due) implements BuildStep {}

    /// The newest build is the wanted one and has ended.
    record Finish(Job job) implements BuildStep {}

    /// The last build is the wanted one and was good; its Job is gone.
    record Keep() implements BuildStep {}

    /// Starts nothing, because `suspend` says so.
    record Rest() implements BuildStep {}

    /// A build is made when there is none of this key, or when it is to be made again, and only when no
    /// other runs.
    ///
    /// @param builder the image that builder pods have now
    static BuildStep decide(ImageBuildObserved observed, Wanted asked, String builder, boolean suspend, Instant now) {
        Job newest = observed.newest();
        if (observed.told().suffices(asked, newest)) {
            return new Keep();
        }
        if (newest == null) {
            return suspend ? new Rest() : new Create(observed.nextNumber(), 1);
        }
        if (newest.getMetadata().getDeletionTimestamp() != null) {
            return new Wait(newest);
        }
        boolean wanted = asked.key().equals(ImageBuildObserved.annotation(newest, ImageBuildDesired.KEY));
        if (observed.ended(newest)) {
            if (!suspend && (!wanted || again(observed, newest, asked))) {
                return new Create(observed.nextNumber(), 1);
            }
            return wanted ? finished(observed, newest, suspend, now) : new Rest();
        }
        if (!wanted && !suspend) {
            return new Replace(newest, Trouble.superseded());
        }
        ProblemCode fatal = fatal(observed, newest);
        if (fatal != null) {
            return new GiveUp(newest, fatal);
        }
        return outdated(observed, newest, builder) ? new Replace(newest, Trouble.outdated()) : new Wait(newest);
    }

    /// Whether the Job waits for a pod of another builder image, of which the admission policy allows no new one. A pod
    /// that runs goes on, and one that has ended for good is left to the Job controller. A Job that is over
    /// waits for none, whatever the informer of the pods still shows; [SlimStore] has left its template out.
    private static boolean outdated(ImageBuildObserved observed, Job job, String builder) {
        if (ImageBuildObserved.over(job)) {
            return false;
        }
        boolean same = job.getSpec().getTemplate().getSpec().getContainers().stream()
                .allMatch(container -> builder.equals(container.getImage()));
        return !same
                && ImageBuildObserved.annotation(job, ImageBuildDesired.ENDED).isEmpty()
                && ImageBuildObserved.condition(job, "FailureTarget") == null
                && observed.pods(job).stream().allMatch(BuildStep::leavesTheJobWaiting);
    }

    private static boolean leavesTheJobWaiting(Pod pod) {
        return switch (pod.getStatus().getPhase()) {
            case "Pending" -> true;
            case "Failed" ->
                pod.getStatus().getContainerStatuses().stream()
                        .filter(status -> status.getState() != null)
                        .map(status -> status.getState().getTerminated())
                        .noneMatch(end -> end != null && ImageBuildDesired.FINAL_EXITS.contains(end.getExitCode()));
            default -> false;
        };
    }

    /// Whether an ended build of the wanted key is made again: somebody asks for it, or it has failed and what it
    /// was tried with has changed since.
    private static boolean again(ImageBuildObserved observed, Job job, Wanted asked) {
        if (!asked.request().isEmpty()
                && !asked.request().equals(ImageBuildObserved.annotation(job, Wanted.REBUILD_REQUESTED))) {
            return true;
        }
        String inputs = ImageBuildObserved.annotation(job, Wanted.INPUTS);
        return observed.failed(job) && !inputs.isEmpty() && !inputs.equals(asked.inputs());
    }

    private static BuildStep finished(ImageBuildObserved observed, Job job, boolean suspend, Instant now) {
        String image = observed.made(job);
        if (image != null && observed.confirmed(job) == null) {
            return new Confirm(job, image);
        }
        Instant due = suspend ? null : Retries.due(observed, job);
        if (due == null) {
            return new Finish(job);
        }
        return due.isAfter(now) ? new Retry(job, due) : new Create(observed.nextNumber(), Retries.attempt(job) + 1);
    }

    private static @Nullable ProblemCode fatal(ImageBuildObserved observed, Job job) {
        if (newestPodDiffers(observed, job)) {
            return ProblemCode.IsolationUnavailable;
        }
        // A builder of which only the RUN was killed has told so; its pod stays.
        return observed.outOfMemory(job) && observed.report(job) == null ? ProblemCode.OutOfMemory : null;
    }

    /// An API server without user namespaces drops `hostUsers` silently; such a pod must not go on.
    private static boolean newestPodDiffers(ImageBuildObserved observed, Job job) {
        return observed.pods(job).stream()
                .anyMatch(pod -> !ImageBuildObserved.differences(job, pod).isEmpty());
    }
}
