/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.ReportJson;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

/// Plays the Job controller and the kubelet: gives Jobs their pods, and ends both.
final class PlayedJobController {
    private final KubernetesClient client;

    PlayedJobController(KubernetesClient client) {
        this.client = client;
    }

    /// A pod of the Job's template, ended, and the Job with it.
    void complete(Job job, BuildReport report, int exitCode) {
        Pod pod = pod(job, job.getSpec().getTemplate().getSpec());
        boolean good = exitCode == 0;
        client.resource(pod)
                .editStatus(p -> new PodBuilder(p)
                        .withNewStatus()
                        .withPhase(good ? "Succeeded" : "Failed")
                        .addNewContainerStatus()
                        .withName("build")
                        .withImage("local/strata-builder:1")
                        .withImageID("")
                        .withReady(false)
                        .withRestartCount(0)
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(exitCode)
                        .withReason(good ? "Completed" : "Error")
                        .withMessage(new String(ReportJson.bytes(report), UTF_8))
                        .endTerminated()
                        .endState()
                        .endContainerStatus()
                        .endStatus()
                        .build());
        client.resource(job).editStatus(j -> ended(j, good));
    }

    Pod pod(Job job, PodSpec spec) {
        return client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(job.getMetadata().getName() + "-x")
                        .withNamespace(job.getMetadata().getNamespace())
                        .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                        .addNewOwnerReference()
                        .withApiVersion("batch/v1")
                        .withKind("Job")
                        .withName(job.getMetadata().getName())
                        .withUid(job.getMetadata().getUid())
                        .endOwnerReference()
                        .endMetadata()
                        .withSpec(spec)
                        .build())
                .create();
    }

    static Job ended(Job job, boolean good) {
        String now = job.getMetadata().getCreationTimestamp();
        var status = new JobBuilder(job)
                .withNewStatus()
                .withStartTime(now)
                .withSucceeded(good ? 1 : 0)
                .withFailed(good ? 0 : 1)
                .withCompletionTime(good ? now : null)
                .addNewCondition()
                .withType(good ? "SuccessCriteriaMet" : "FailureTarget")
                .withStatus("True")
                .withReason("Test")
                .withMessage("")
                .withLastTransitionTime(now)
                .endCondition()
                .addNewCondition()
                .withType(good ? "Complete" : "Failed")
                .withStatus("True")
                .withReason("Test")
                .withMessage("")
                .withLastTransitionTime(now)
                .endCondition();
        return status.endStatus().build();
    }
}
