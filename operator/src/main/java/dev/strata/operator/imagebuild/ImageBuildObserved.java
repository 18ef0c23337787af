/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the cluster shows of an ImageBuild.
///
/// @param jobs its own Jobs, the newest first
/// @param pods their pods
/// @param lastNumber the number that its status names
record ImageBuildObserved(List<Job> jobs, List<Pod> pods, int lastNumber) {
    static ImageBuildObserved of(ImageBuild build, Collection<Job> jobs, Collection<Pod> pods) {
        String uid = build.getMetadata().getUid();
        List<Job> own = jobs.stream()
                .filter(job -> job.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> Objects.equals(owner.getUid(), uid)))
                .sorted(Comparator.comparingInt(ImageBuildObserved::number).reversed())
                .toList();
        var status = build.getStatus();
        Integer last = status == null ? null : status.buildNumber();
        return new ImageBuildObserved(own, List.copyOf(pods), last == null ? 0 : last);
    }

    @Nullable Job newest() {
        return jobs.isEmpty() ? null : jobs.getFirst();
    }

    int nextNumber() {
        return 1 + Math.max(lastNumber, jobs.isEmpty() ? 0 : number(jobs.getFirst()));
    }

    static int number(Job job) {
        String text = job.getMetadata().getAnnotations() == null
                ? null
                : job.getMetadata().getAnnotations().get(ImageBuildDesired.NUMBER);
        return text == null || !text.matches("[0-9]{1,9}") ? 0 : Integer.parseInt(text);
    }

    static boolean succeeded(Job job) {
        return has(job, "Complete");
    }

    static boolean ended(Job job) {
        return succeeded(job) || has(job, "Failed");
    }

    /// Reason of the Job's condition `Failed`; empty when it has none.
    static String failedReason(Job job) {
        return job.getStatus() == null
                ? ""
                : job.getStatus().getConditions().stream()
                        .filter(c -> c.getType().equals("Failed"))
                        .map(c -> String.valueOf(c.getReason()))
                        .findFirst()
                        .orElse("");
    }

    /// How the build container of the Job's newest pod ended; null while it has not.
    @Nullable ContainerStateTerminated termination(Job job) {
        return pods(job).stream()
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .map(status -> status.getState().getTerminated())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /// The Job's pods, the newest first.
    List<Pod> pods(Job job) {
        String uid = job.getMetadata().getUid();
        return pods.stream()
                .filter(pod -> pod.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> Objects.equals(owner.getUid(), uid)))
                .sorted(Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())
                        .reversed())
                .toList();
    }

    private static boolean has(Job job, String type) {
        return job.getStatus() != null
                && job.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals(type) && c.getStatus().equals("True"));
    }
}
