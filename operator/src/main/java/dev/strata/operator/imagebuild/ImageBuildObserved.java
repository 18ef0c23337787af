/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.ReportJson;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the cluster shows of an ImageBuild.
///
/// @param jobs its own Jobs, the newest first
/// @param pods pods that carry its label
/// @param told what its status says
/// @param delivered whether its push Secret is one that the operator delivers for a Registry
record ImageBuildObserved(List<Job> jobs, List<Pod> pods, Told told, boolean delivered) {
    static ImageBuildObserved of(ImageBuild build, Collection<Job> jobs, Collection<Pod> pods) {
        List<Job> own = jobs.stream()
                .filter(job -> ImageBuildDesired.owns(build, job))
                .sorted(Comparator.comparingInt(ImageBuildObserved::number).reversed())
                .toList();
        return new ImageBuildObserved(
                own,
                List.copyOf(pods),
                Told.of(build.getStatus()),
                build.getSpec().output().registryRef() != null);
    }

    @Nullable
    Job newest() {
        return jobs.isEmpty() ? null : jobs.getFirst();
    }

    int nextNumber() {
        return 1 + Math.max(told.lastNumber(), jobs.isEmpty() ? 0 : number(jobs.getFirst()));
    }

    static int number(Job job) {
        String text = annotation(job, ImageBuildDesired.NUMBER);
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    /// Empty when the Job has none of that name.
    static String annotation(Job job, String name) {
        return job.getMetadata().getAnnotations() == null
                ? ""
                : job.getMetadata().getAnnotations().getOrDefault(name, "");
    }

    /// Whether the Job controller has ended the Job.
    static boolean over(Job job) {
        return condition(job, "Complete") != null || condition(job, "Failed") != null;
    }

    /// The image that a builder which ended well says it has pushed; null for none. The Job controller
    /// completes the Job some seconds later.
    @Nullable
    String made(Job job) {
        ContainerStateTerminated end = termination(job);
        BuildReport report = end == null || !Objects.equals(end.getExitCode(), 0) ? null : report(job);
        return report == null || report.failure() != null ? null : report.image();
    }

    /// The image of a Job, once its registry has shown it; null before. An annotation is believed
    /// only on a Job that ended well, and when it names what the builder reported, or, where that
    /// pod is gone, what the status has named already.
    @Nullable
    String confirmed(Job job) {
        String image = annotation(job, ImageBuildDesired.CONFIRMED);
        if (image.isEmpty() || !succeeded(job)) {
            return null;
        }
        String made = made(job);
        return image.equals(made == null ? told.shown().get(job.getMetadata().getName()) : made) ? image : null;
    }

    /// Whether the build ended well and an image was seen of it. One whose pod was gone before that has failed.
    boolean succeeded(Job job) {
        boolean seen = !annotation(job, ImageBuildDesired.CONFIRMED).isEmpty();
        return made(job) != null || (seen && condition(job, "Complete") != null);
    }

    boolean finished(Job job) {
        return over(job) || made(job) != null;
    }

    /// When the build was done: its container, else its Job; null while it runs.
    @Nullable
    Instant endTime(Job job) {
        ContainerStateTerminated end = made(job) == null ? null : termination(job);
        if (end != null && end.getFinishedAt() != null) {
            return Instant.parse(end.getFinishedAt());
        }
        JobCondition complete = condition(job, "Complete");
        JobCondition over = complete == null ? condition(job, "Failed") : complete;
        return over == null || over.getLastTransitionTime() == null
                ? null
                : Instant.parse(over.getLastTransitionTime());
    }

    /// The same with a newer state of a Job.
    ImageBuildObserved with(Job newer) {
        String uid = newer.getMetadata().getUid();
        return new ImageBuildObserved(
                jobs.stream()
                        .map(job -> job.getMetadata().getUid().equals(uid) ? newer : job)
                        .toList(),
                pods,
                told,
                delivered);
    }

    /// Whether the build has ended and the informer of the pods has seen it too, so that the report is there.
    boolean ended(Job job) {
        if (made(job) != null) {
            return true;
        }
        return over(job)
                && pods(job).stream()
                        .allMatch(pod -> List.of("Succeeded", "Failed")
                                .contains(pod.getStatus().getPhase()));
    }

    /// Whether the build has ended and made nothing.
    boolean failed(Job job) {
        return ended(job)
                && made(job) == null
                && annotation(job, ImageBuildDesired.CONFIRMED).isEmpty();
    }

    /// Whether the newest build has not ended.
    boolean runs() {
        return !jobs.isEmpty() && !ended(jobs.getFirst());
    }

    /// The Job's condition of that type when it is `True`.
    static @Nullable JobCondition condition(Job job, String type) {
        return job.getStatus() == null
                ? null
                : job.getStatus().getConditions().stream()
                        .filter(c -> c.getType().equals(type) && c.getStatus().equals("True"))
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

    /// What of a pod's isolation is another than its Job asked for; nothing once one of them has ended and [SlimStore]
    /// has left its spec out.
    static List<String> differences(Job job, Pod pod) {
        PodTemplateSpec asked = job.getSpec().getTemplate();
        return asked == null || pod.getSpec() == null
                ? List.of()
                : PodDifference.between(asked.getSpec(), pod.getSpec());
    }

    /// How the build container of the Job's newest ended pod ended; null while none has.
    @Nullable
    ContainerStateTerminated termination(Job job) {
        return containers(job)
                .map(status -> status.getState().getTerminated())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /// From the creation of an ended Job to the start of its first pod.
    Optional<Duration> waited(String name) {
        return jobs.stream()
                .filter(job -> job.getMetadata().getName().equals(name) && finished(job))
                .flatMap(job -> pods(job).reversed().stream()
                        .limit(1)
                        .filter(pod -> pod.getStatus().getStartTime() != null)
                        .map(pod -> Duration.between(
                                Instant.parse(job.getMetadata().getCreationTimestamp()),
                                Instant.parse(pod.getStatus().getStartTime()))))
                .findFirst();
    }

    /// Whether the kernel has killed a process of the builder, its own or one of a RUN, for want of memory.
    boolean outOfMemory(Job job) {
        ContainerStateTerminated end = termination(job);
        return end != null && "OOMKilled".equals(end.getReason());
    }

    /// What the builder left behind; null when it left nothing that can be read.
    @Nullable
    BuildReport report(Job job) {
        ContainerStateTerminated end = termination(job);
        if (end == null || end.getMessage() == null) {
            return null;
        }
        try {
            return ReportJson.report(end.getMessage().getBytes(UTF_8));
        } catch (StrataException e) {
            return null;
        }
    }

    /// Status of the build containers of the Job's pods, the newest first.
    Stream<ContainerStatus> containers(Job job) {
        return pods(job).stream()
                .filter(pod -> pod.getStatus() != null)
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .filter(status -> status.getState() != null);
    }
}
