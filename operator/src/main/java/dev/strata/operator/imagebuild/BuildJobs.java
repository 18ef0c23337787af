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
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Makes, ends and removes the Jobs of builds. Every write may be done again without harm.
final class BuildJobs {
    private static final int PRESET_KEPT = 3;
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("strata-operator")
            .withForce(true)
            .build();
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;

    BuildJobs(KubernetesClient client) {
        this.client = client;
    }

    /// The Job of a build, made now or found made by an earlier leader.
    ///
    /// @throws StrataException `PodForbidden` when the name is taken or the API server refuses the Job
    Job create(ImageBuild build, BuildStep.Create step, BuildRequest request, String key, BuilderPod pod) {
        int number = step.number();
        Job wanted = wanted(build, step, request, key, pod);
        try {
            client.resource(ImageBuildDesired.configMap(build, number, request)).patch(APPLY);
            return client.resource(wanted).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return adopted(build, wanted);
            }
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                throw new StrataException(
                        Problem.of(
                                ProblemCode.PodForbidden,
                                "the build's Job is refused: " + e.getStatus().getMessage(),
                                "",
                                "check the namespace's quotas and policies"),
                        e);
            }
            throw e;
        }
    }

    private static Job wanted(
            ImageBuild build, BuildStep.Create step, BuildRequest request, String key, BuilderPod pod) {
        Job first = ImageBuildDesired.job(build, step.number(), request, key, pod);
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
        boolean own = found != null
                && found.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> Objects.equals(
                                owner.getUid(), build.getMetadata().getUid()));
        if (!own) {
            throw new StrataException(Problem.of(
                    ProblemCode.PodForbidden,
                    "a Job " + wanted.getMetadata().getName() + " is there that is not this ImageBuild's",
                    "",
                    "kubectl -n " + wanted.getMetadata().getNamespace() + " delete job "
                            + wanted.getMetadata().getName()));
        }
        return found;
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

    /// Lets the Job controller end a Job at once: its deadline is moved, and its annotation says why.
    void end(Job job, ProblemCode reason) {
        patch(
                job,
                Map.of(
                        "metadata",
                        Map.of("annotations", Map.of(ImageBuildDesired.ENDED, reason.name())),
                        "spec",
                        Map.of("activeDeadlineSeconds", 1)));
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
