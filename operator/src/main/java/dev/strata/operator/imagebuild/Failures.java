/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.report.BuildReport;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Why a Job that has ended made no image: in the builder's words where it left a report, else in those of its end.
record Failures(
        ImageBuildObserved observed, Job job, @Nullable BuildReport report) {
    /// Exit code of the launcher when the node gives the pod no user namespace.
    private static final int NOT_ISOLATED = 71;

    /// Exit code of a command that SIGKILL has ended.
    private static final int KILLED = 137;

    private static final String THEN_ASK =
            ", then ask for the build again by the annotation " + Wanted.REBUILD_REQUESTED;

    private static final String OUT_OF_MEMORY =
            "the builder was out of memory. Try: raise spec.resources.limits.memory";

    /// The kind of the failure; `Internal` for one that this operator does not know.
    ProblemCode code() {
        if (report == null || report.failure() == null) {
            return reason(observed.termination(job));
        }
        if (killedForMemory(report.failure())) {
            return ProblemCode.OutOfMemory;
        }
        return named(report.failure().reason()).orElse(ProblemCode.Internal);
    }

    private static Optional<ProblemCode> named(@Nullable String name) {
        return Stream.of(ProblemCode.values())
                .filter(code -> code.name().equals(name))
                .findFirst();
    }

    /// The failure for a status.
    ///
    /// @param last the step that was running, for an end without a report; null for none
    ImageBuildStatus.Failure failure(ImageBuildSpec spec, ImageBuildStatus.@Nullable Progress last) {
        List<Pod> pods = observed.pods(job);
        String pod = pods.isEmpty() ? null : pods.getFirst().getMetadata().getName();
        if (report != null && report.failure() != null) {
            BuildReport.Failure told = report.failure();
            // Whatever the builder calls it: the name becomes the reason of a condition and a label of a metric.
            ProblemCode code = code();
            return new ImageBuildStatus.Failure(
                    ImageBuildObserved.number(job),
                    code.name(),
                    killedForMemory(told) ? OUT_OF_MEMORY : told.message(),
                    told.step(),
                    told.line(),
                    told.exitCode(),
                    pod,
                    told.logTail().isEmpty() ? null : told.logTail(),
                    told.debugImage());
        }
        ContainerStateTerminated end = observed.termination(job);
        ProblemCode reason = reason(end);
        return new ImageBuildStatus.Failure(
                ImageBuildObserved.number(job),
                reason.name(),
                message(reason, spec, end),
                last == null ? null : step(last),
                last == null ? null : last.line(),
                end == null ? null : end.getExitCode(),
                pod,
                null,
                null);
    }

    /// Whether the kernel killed the command of the RUN that failed, and let the engine live.
    private boolean killedForMemory(BuildReport.Failure told) {
        return Objects.equals(told.exitCode(), KILLED) && observed.outOfMemory(job);
    }

    /// As the log shows it: `[stage-0 2/5] RUN make`.
    private static String step(ImageBuildStatus.Progress last) {
        return "[" + last.stage() + " " + last.step() + "/" + last.total() + "] " + last.instruction();
    }

    private ProblemCode reason(@Nullable ContainerStateTerminated end) {
        Optional<ProblemCode> ended = named(ImageBuildObserved.annotation(job, ImageBuildDesired.ENDED));
        if (ended.isPresent()) {
            return ended.get();
        }
        if (observed.outOfMemory(job)) {
            return ProblemCode.OutOfMemory;
        }
        JobCondition failed = ImageBuildObserved.condition(job, "Failed");
        if (failed != null && "DeadlineExceeded".equals(failed.getReason())) {
            return neverAdmitted() ? ProblemCode.PodForbidden : ProblemCode.Timeout;
        }
        return end != null && Objects.equals(end.getExitCode(), NOT_ISOLATED)
                ? ProblemCode.IsolationUnavailable
                : ProblemCode.PodFailed;
    }

    /// Whether the API server has refused the Job's pods and admitted none.
    private boolean neverAdmitted() {
        Integer ended = job.getStatus() == null ? null : job.getStatus().getFailed();
        return !refusal().isEmpty() && observed.pods(job).isEmpty() && (ended == null || ended == 0);
    }

    private String refusal() {
        return ImageBuildObserved.annotation(job, ImageBuildDesired.REFUSED);
    }

    private String message(ProblemCode reason, ImageBuildSpec spec, @Nullable ContainerStateTerminated end) {
        if (reason == ProblemCode.OutOfMemory) {
            return OUT_OF_MEMORY;
        }
        if (reason == ProblemCode.Timeout) {
            return "the build took longer than " + spec.timeout() + ". Try: raise spec.timeout";
        }
        if (reason == ProblemCode.PodForbidden) {
            return refusal() + ". Try: check the namespace's quotas and policies";
        }
        if (reason == ProblemCode.IsolationUnavailable && !refusal().isEmpty()) {
            return refusal() + ". Try: " + Isolation.label(job.getMetadata().getNamespace()) + THEN_ASK;
        }
        String different = ImageBuildObserved.annotation(job, ImageBuildDesired.ENDED_BY);
        if (reason == ProblemCode.IsolationUnavailable && !different.isEmpty()) {
            return "the builder pod was made with another " + different + " than was asked for, and was deleted. Try:"
                    + " use Kubernetes 1.33 or later, and let no admission webhook change the pods of builds"
                    + THEN_ASK;
        }
        if (reason == ProblemCode.IsolationUnavailable) {
            return "the builder pod was not given its user namespace, and nothing was run. Try: use nodes with"
                    + " Kubernetes 1.33 or later and containerd 2.0 or later" + THEN_ASK;
        }
        if (end == null && ImageBuildObserved.condition(job, "Complete") != null) {
            return "the build ended well, and its pod was gone before it was seen which image it had made. Try: look"
                    + " whether something removes pods or nodes";
        }
        return end == null
                ? "the builder pod failed and is gone. Try: kubectl describe job "
                        + job.getMetadata().getName()
                : "the builder ended with exit code " + end.getExitCode() + " and left no report";
    }
}
