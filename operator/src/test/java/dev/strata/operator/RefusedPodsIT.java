/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Jobs of which the API server admits no pod: only an Event of the Job controller says so.
class RefusedPodsIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    private static final String REFUSED = "strata.dev/pod-refused";

    @Test
    void whatPodSecurityRefusesIsLeftPendingNowhere() {
        refused("level", "violates PodSecurity \"restricted:latest\": seccompProfile");
        await(() ->
                assertThat(job("level").getSpec().getActiveDeadlineSeconds()).isEqualTo(1));
        over("level");

        await(() -> assertThat(builds.condition("level", "hello", "Stalled").getStatus())
                .isEqualTo("True"));
        assertThat(builds.condition("level", "hello", "Ready").getReason()).isEqualTo("IsolationUnavailable");
        assertThat(builds.condition("level", "hello", "Ready").getMessage())
                .contains("violates PodSecurity \"restricted:latest\"")
                .contains("kubectl label namespace level --overwrite");
    }

    @Test
    void aBuildThatAQuotaNeverLetStartIsTriedAgain() {
        refused("quota", "exceeded quota: pods");
        await(() -> assertThat(job("quota").getMetadata().getAnnotations().get(REFUSED))
                .endsWith("exceeded quota: pods"));
        await(() -> assertThat(builds.condition("quota", "hello", "Ready").getReason())
                .isEqualTo("PodForbidden"));
        assertThat(job("quota").getSpec().getActiveDeadlineSeconds()).isEqualTo(3600);
        over("quota");

        await(() -> assertThat(builds.condition("quota", "hello", "Ready").getMessage())
                .contains("exceeded quota: pods. Try: check the namespace's quotas and policies. Build 2 tries again"));
        assertThat(builds.condition("quota", "hello", "Stalled").getStatus()).isEqualTo("False");
        assertThat(Objects.requireNonNull(builds.status("quota", "hello").lastFailure())
                        .reason())
                .isEqualTo("PodForbidden");
    }

    private void refused(String namespace, String why) {
        builds.cluster().namespace(namespace, "privileged");
        builds.apply(namespace, "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs(namespace)).hasSize(1));
        Job job = job(namespace);
        builds.client()
                .resource(new EventBuilder()
                        .withNewMetadata()
                        .withName("refused")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withApiVersion("batch/v1")
                        .withKind("Job")
                        .withName(job.getMetadata().getName())
                        .withNamespace(namespace)
                        .withUid(job.getMetadata().getUid())
                        .endInvolvedObject()
                        .withType("Warning")
                        .withReason("FailedCreate")
                        .withMessage("Error creating: pods \"x\" is forbidden: " + why)
                        .build())
                .create();
    }

    private Job job(String namespace) {
        return builds.jobs(namespace).getFirst();
    }

    /// The Job controller ends a Job that never had a pod.
    private void over(String namespace) {
        builds.client()
                .resource(job(namespace))
                .editStatus(j -> new JobBuilder(PlayedJobController.ended(j, false))
                        .editStatus()
                        .withFailed(null)
                        .editMatchingCondition(condition -> condition.getType().equals("Failed"))
                        .withReason("DeadlineExceeded")
                        .endCondition()
                        .endStatus()
                        .build());
    }
}
