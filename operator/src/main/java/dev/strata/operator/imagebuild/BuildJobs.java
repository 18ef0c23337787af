/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Makes, ends and removes the Jobs of builds. Every write may be done again without harm.
final class BuildJobs {
    private static final int PRESET_KEPT = 3;
    private static final int LONGEST = 512;
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;

    BuildJobs(KubernetesClient client) {
        this.client = client;
    }

    /// The Job of a build, made now or found made by an earlier leader.
    ///
    /// @throws StrataException `PodForbidden` when a name is taken or the Job is not allowed,
    /// `InvalidArgument` when the API server finds the objects invalid
    Job create(ImageBuild build, BuildStep.Create step, BuildRequest request, Wanted asked, BuilderPod pod) {
        Job wanted = wanted(build, step, request, asked, pod);
        try {
            Job found = provide(build, ImageBuildDesired.configMap(build, step.number(), request), wanted);
            return found == null ? asAsked(wanted, client.resource(wanted).create()) : found;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return adopted(build, wanted);
            }
            Problem refusal = ApiProblems.refusal(e);
            throw refusal == null ? e : new StrataException(refusal, e);
        }
    }

    /// Makes the ConfigMap with the request, never over one that is not this build's. What an earlier try of this
    /// number has left goes, unless its Job is there.
    ///
    /// @return the Job, when an earlier leader has made both; else null
    private @Nullable Job provide(ImageBuild build, ConfigMap wanted, Job job) {
        try {
            client.resource(wanted).create();
            return null;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
        ConfigMap found = client.resource(wanted).get();
        if (found != null && !ImageBuildDesired.owns(build, found)) {
            throw taken(found);
        }
        if (client.resource(job).get() != null) {
            return adopted(build, job);
        }
        if (found != null
                && (!Boolean.TRUE.equals(found.getImmutable()) || !Objects.equals(found.getData(), wanted.getData()))) {
            client.resource(found).delete();
            client.resource(wanted).create();
        }
        return null;
    }

    private static Job wanted(
            ImageBuild build, BuildStep.Create step, BuildRequest request, Wanted asked, BuilderPod pod) {
        Job first = new JobBuilder(ImageBuildDesired.job(build, step.number(), request, asked.key(), pod))
                .editMetadata()
                .addToAnnotations(asked.annotations())
                .endMetadata()
                .build();
        return step.attempt() == 1
                ? first
                : new JobBuilder(first)
                        .editMetadata()
                        .addToAnnotations(ImageBuildDesired.ATTEMPT, String.valueOf(step.attempt()))
                        .endMetadata()
                        .build();
    }

    private Job adopted(ImageBuild build, Job wanted) {
        Job found = client.resource(wanted).get();
        if (found == null
                || !ImageBuildDesired.owns(build, found)
                || !ImageBuildObserved.annotation(found, ImageBuildDesired.KEY)
                        .equals(ImageBuildObserved.annotation(wanted, ImageBuildDesired.KEY))) {
            throw taken(found == null ? wanted : found);
        }
        return found;
    }

    /// A Job that the API server or a webhook has made into another is deleted, and with it the pod that the Job
    /// controller may have made till then; the chart's admission policy refuses such a pod.
    private Job asAsked(Job wanted, Job made) {
        List<String> differences = PodDifference.between(
                wanted.getSpec().getTemplate().getSpec(),
                made.getSpec().getTemplate().getSpec());
        if (differences.isEmpty()) {
            return made;
        }
        delete(made);
        throw new StrataException(Problem.of(
                ProblemCode.IsolationUnavailable,
                "the Job was made with another pod than was asked for: " + String.join(", ", differences),
                "",
                "use Kubernetes 1.33 or later, and let no admission webhook change the pods of builds"));
    }

    private static StrataException taken(HasMetadata object) {
        return new StrataException(Problem.of(
                ProblemCode.PodForbidden,
                "a " + object.getKind() + " " + object.getMetadata().getName() + " is there that is not of this build",
                "",
                "kubectl -n " + object.getMetadata().getNamespace() + " delete "
                        + object.getKind().toLowerCase(Locale.ROOT) + " "
                        + object.getMetadata().getName()));
    }

    /// Removes a Job and its pods; the Job is gone only after its pods.
    void delete(Job job) {
        client.resource(job)
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete();
        client.configMaps()
                .inNamespace(job.getMetadata().getNamespace())
                .withName(job.getMetadata().getName())
                .delete();
    }

    /// Writes down that the registry has the image of a build.
    Job confirmed(Job job, String image) {
        return patch(job, Map.of("metadata", Map.of("annotations", Map.of(ImageBuildDesired.CONFIRMED, image))));
    }

    /// Ends a build at once, and keeps its Job as the record of that. The Job controller makes no other pod, since the
    /// Job's deadline is moved; a pod that is not what was asked for is deleted without grace.
    void end(Job job, ProblemCode reason, List<Pod> pods) {
        var different = new TreeSet<String>();
        pods.forEach(pod -> different.addAll(ImageBuildObserved.differences(job, pod)));
        patch(
                job,
                Map.of(
                        "metadata",
                        Map.of(
                                "annotations",
                                Map.of(
                                        ImageBuildDesired.ENDED,
                                        reason.name(),
                                        ImageBuildDesired.ENDED_BY,
                                        String.join(", ", different))),
                        "spec",
                        Map.of("activeDeadlineSeconds", 1)));
        for (Pod pod : pods) {
            if (!ImageBuildObserved.differences(job, pod).isEmpty()) {
                client.resource(pod).withGracePeriod(0).delete();
            }
        }
    }

    /// Writes down why a Job has no pod, since its Events go. What Pod Security refuses ends at once: nothing is left
    /// pending that no node could take.
    void refused(Job job, Trouble trouble) {
        boolean level = trouble.reason().equals(ProblemCode.IsolationUnavailable.name());
        if (job.getMetadata().getDeletionTimestamp() != null
                || !ImageBuildObserved.annotation(job, ImageBuildDesired.ENDED).isEmpty()
                || (!level
                        && !ImageBuildObserved.annotation(job, ImageBuildDesired.REFUSED)
                                .isEmpty())) {
            return;
        }
        String message = trouble.message().length() > LONGEST
                ? trouble.message().substring(0, LONGEST) + "..."
                : trouble.message();
        patch(
                job,
                level
                        ? Map.of(
                                "metadata",
                                Map.of(
                                        "annotations",
                                        Map.of(
                                                ImageBuildDesired.REFUSED,
                                                message,
                                                ImageBuildDesired.ENDED,
                                                trouble.reason())),
                                "spec",
                                Map.of("activeDeadlineSeconds", 1))
                        : Map.of("metadata", Map.of("annotations", Map.of(ImageBuildDesired.REFUSED, message))));
    }

    /// Without a resource version: the Job controller writes at the same time.
    private Job patch(Job job, Map<String, Object> fields) {
        return client.batch()
                .v1()
                .jobs()
                .inNamespace(job.getMetadata().getNamespace())
                .withName(job.getMetadata().getName())
                .patch(MERGE, client.getKubernetesSerialization().asJson(fields));
    }

    /// Removes finished builds beyond those that `spec.retention` keeps.
    void prune(ImageBuild build, ImageBuildObserved observed) {
        spare(build, observed).forEach(this::delete);
    }

    /// The finished builds beyond those that `spec.retention` keeps; never the newest one.
    static List<Job> spare(ImageBuild build, ImageBuildObserved observed) {
        ImageBuildSpec.Retention retention = build.getSpec().retention();
        int succeeded = retention == null || retention.succeeded() == null ? PRESET_KEPT : retention.succeeded();
        int failed = retention == null || retention.failed() == null ? PRESET_KEPT : retention.failed();
        var spare = new ArrayList<Job>();
        for (Job job : observed.jobs()) {
            boolean beyond = observed.succeeded(job) ? --succeeded < 0 : --failed < 0;
            if (beyond
                    && ImageBuildObserved.over(job)
                    && !job.equals(observed.newest())
                    && job.getMetadata().getDeletionTimestamp() == null) {
                spare.add(job);
            }
        }
        return spare;
    }
}
