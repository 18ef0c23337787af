/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.report.ReportJson;
import dev.strata.engine.report.StepReport;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Builders that were killed: where they were is in their termination message and nowhere else.
class KilledBuildsIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    private static final StepReport STEP = new StepReport("stage-0", 2, 3, "RUN make", 7);

    @Test
    void aBuilderOutOfMemoryIsToldWithItsStepAndLine() {
        Job job = running("memory");

        killed(job, "OOMKilled");
        await(() ->
                assertThat(job("memory").getSpec().getActiveDeadlineSeconds()).isEqualTo(1));
        builds.client().resource(job("memory")).editStatus(j -> failed(j, "DeadlineExceeded"));

        stalled("memory", "OutOfMemory");
    }

    @Test
    void aTimeoutIsToldWithItsStepAndLineThoughThePodIsGone() {
        Job job = running("timeout");

        // The Job controller deletes the pod; the kubelet writes down its end before it lets it go.
        Pod pod = killed(job, "Error");
        await(() -> assertThat(
                        Objects.requireNonNull(builds.status("timeout", "hello").progress())
                                .line())
                .isEqualTo(7));
        builds.client().resource(pod).withGracePeriod(0).delete();
        builds.client().resource(job).editStatus(j -> failed(j, "DeadlineExceeded"));

        stalled("timeout", "Timeout");
    }

    private Job running(String namespace) {
        builds.cluster().namespace(namespace, "baseline");
        builds.apply(namespace, "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs(namespace)).hasSize(1));
        return job(namespace);
    }

    private Job job(String namespace) {
        return builds.jobs(namespace).getFirst();
    }

    private Pod killed(Job job, String reason) {
        Pod pod = builds.jobController().pod(job, job.getSpec().getTemplate().getSpec());
        return builds.client()
                .resource(pod)
                .editStatus(p -> new PodBuilder(p)
                        .withNewStatus()
                        .withPhase("Failed")
                        .addNewContainerStatus()
                        .withName("build")
                        .withImage("local/strata-builder:1")
                        .withImageID("")
                        .withReady(false)
                        .withRestartCount(0)
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(137)
                        .withReason(reason)
                        .withMessage(new String(ReportJson.bytes(STEP), UTF_8))
                        .endTerminated()
                        .endState()
                        .endContainerStatus()
                        .endStatus()
                        .build());
    }

    private static Job failed(Job job, String reason) {
        return new JobBuilder(PlayedJobController.ended(job, false))
                .editStatus()
                .editMatchingCondition(condition -> condition.getType().equals("Failed"))
                .withReason(reason)
                .endCondition()
                .endStatus()
                .build();
    }

    private void stalled(String namespace, String reason) {
        await(() -> assertThat(builds.condition(namespace, "hello", "Stalled").getStatus())
                .isEqualTo("True"));
        assertThat(builds.status(namespace, "hello").lastFailure())
                .extracting(
                        ImageBuildStatus.Failure::reason,
                        ImageBuildStatus.Failure::step,
                        ImageBuildStatus.Failure::line)
                .containsExactly(reason, "[stage-0 2/3] RUN make", 7);
    }
}
