/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Why a running build does not get on.
///
/// @param reason one word for a condition
record Trouble(String reason, String message) {
    private static final Set<String> PULL = Set.of("ErrImagePull", "ImagePullBackOff", "InvalidImageName");
    private static final Set<String> CREATE =
            Set.of("CreateContainerError", "CreateContainerConfigError", "RunContainerError");

    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    private static final String POD_SECURITY = "violates PodSecurity \"";

    /// A newer key has overtaken the build.
    static Trouble superseded() {
        return new Trouble("Superseded", "the build ends because the spec or the source has changed");
    }

    /// The operator has another builder image than it had when the build's Job was made.
    static Trouble outdated() {
        return new Trouble(
                "BuilderChanged",
                "the build is made anew: its pod has not started, and the builder image has changed since");
    }

    /// The API server admits no pod of the Job. A quota may have room later, and a policy be changed; the level of Pod
    /// Security is of the namespace, or the cluster's default where the namespace has no label of its own.
    static Trouble refused(String message) {
        return new Trouble(
                message.contains(POD_SECURITY) ? "IsolationUnavailable" : "PodForbidden",
                "the builder pod is refused: " + message);
    }

    /// What the newest pod shows; null when it gets on.
    static @Nullable Trouble of(ImageBuildObserved observed, Job job) {
        List<Pod> pods = observed.pods(job);
        if (pods.isEmpty()) {
            return null;
        }
        Optional<Trouble> ends = pods.stream()
                .filter(pod -> !ENDED.contains(String.valueOf(pod.getStatus().getPhase())))
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() != null
                        || ImageBuildObserved.condition(job, "FailureTarget") != null)
                .map(pod -> ends(job, pod))
                .findFirst();
        if (ends.isPresent()) {
            return ends.get();
        }
        Pod newest = pods.getFirst();
        Optional<Trouble> waiting = newest.getStatus().getContainerStatuses().stream()
                .map(status ->
                        status.getState() == null ? null : status.getState().getWaiting())
                .filter(Objects::nonNull)
                .map(state ->
                        waiting(String.valueOf(state.getReason()), Objects.requireNonNullElse(state.getMessage(), "")))
                .flatMap(Optional::stream)
                .findFirst();
        return waiting.or(() -> unschedulable(newest)).orElse(null);
    }

    /// A pod whose node is lost stays, and with it its Job, until the node is back or is deleted.
    private static Trouble ends(Job job, Pod pod) {
        JobCondition target = ImageBuildObserved.condition(job, "FailureTarget");
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return new Trouble(
                "Ending",
                "the build is being ended" + (target == null ? "" : " (" + target.getReason() + ")")
                        + " and waits until its pod " + pod.getMetadata().getName()
                        + (node == null ? "" : " on node " + node)
                        + " has stopped. Try: look whether the node is Ready, where this stays");
    }

    private static Optional<Trouble> waiting(String reason, String message) {
        if (PULL.contains(reason)) {
            return Optional.of(new Trouble("ImagePullBackOff", "the builder image cannot be pulled: " + message));
        }
        if (CREATE.contains(reason)) {
            return Optional.of(
                    message.contains("seccomp")
                            ? new Trouble(
                                    "IsolationUnavailable",
                                    "the node lacks the seccomp profile strata/builder.json, which the node agent"
                                            + " installs: " + message)
                            : new Trouble(reason, message));
        }
        return Optional.empty();
    }

    private static Optional<Trouble> unschedulable(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("PodScheduled") && "Unschedulable".equals(c.getReason()))
                .map(c -> new Trouble("Unschedulable", Objects.requireNonNullElse(c.getMessage(), "")))
                .findFirst();
    }
}
