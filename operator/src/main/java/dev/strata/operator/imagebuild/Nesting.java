/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;

/// What the self-test `strata-isolation-check` has shown: whether a builder pod can nest a user namespace.
enum Nesting {
    /// It is Ready on a node.
    WORKS,
    /// It has run on each node that has it, and was Ready on none for minutes.
    FAILS,
    /// It has not run yet, starts again, or its node does not answer.
    UNKNOWN;

    private static final Duration SETTLED = Duration.ofMinutes(3);

    /// @param pods its pods, none of them Ready
    static Nesting of(Iterable<Pod> pods, Instant now) {
        Nesting shown = UNKNOWN;
        for (Pod pod : pods) {
            if (!failed(pod, now.minus(SETTLED))) {
                return UNKNOWN;
            }
            shown = FAILS;
        }
        return shown;
    }

    /// `ContainersReady` is the word of the pod's own kubelet; `Ready` is also taken away when a node does not answer.
    private static boolean failed(Pod pod, Instant since) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("ContainersReady")
                                && condition.getStatus().equals("False")
                                && before(condition.getLastTransitionTime(), since))
                && pod.getStatus().getContainerStatuses().stream()
                        .anyMatch(status -> status.getState() != null && hasRun(status.getState(), since));
    }

    private static boolean hasRun(ContainerState state, Instant since) {
        return (state.getRunning() != null && before(state.getRunning().getStartedAt(), since))
                || (state.getWaiting() != null
                        && "CrashLoopBackOff".equals(state.getWaiting().getReason()));
    }

    private static boolean before(String time, Instant since) {
        return time != null && Instant.parse(time).isBefore(since);
    }
}
