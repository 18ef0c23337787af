/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.ReportJson;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An ImageBuild with Jobs and pods in chosen states.
final class Builds {
    static final String BUILDER = "local/strata-builder:1";
    static final String KEY = "the-key";
    static final Instant END = Instant.parse("2026-01-01T00:10:00Z");
    static final String IMAGE = "registry.example.com/app@sha256:" + "a".repeat(64);

    static final Map<String, String> CONFIRMED = Map.of(ImageBuildDesired.CONFIRMED, IMAGE);
    static final Wanted WANTED = new Wanted(KEY, "inputs", "", "");

    private static final String UID = "01234567-89ab-cdef-0123-456789abcdef";

    private final List<Job> jobs = new ArrayList<>();
    private final List<Pod> pods = new ArrayList<>();
    private final ImageBuild build;

    Builds() {
        this("{}");
    }

    Builds(String retention) {
        build = Serialization.unmarshal("""
                apiVersion: strata.dev/v1alpha1
                kind: ImageBuild
                metadata: {name: app, namespace: team, uid: %s, generation: 3}
                spec:
                  source: {inline: {files: {Dockerfile: FROM scratch}}}
                  output: {image: registry.example.com/app}
                  retention: %s
                """.formatted(UID, retention), ImageBuild.class);
    }

    ImageBuild build() {
        return build;
    }

    ImageBuildObserved observed() {
        return ImageBuildObserved.of(build, jobs, pods);
    }

    ImageBuildStatuses statuses() {
        return new ImageBuildStatuses(build, observed(), END);
    }

    /// The next step of these builds, wanted as [#WANTED] and not suspended, at [#END].
    static BuildStep decide(Builds builds) {
        return BuildStep.decide(builds.observed(), WANTED, BUILDER, false, END);
    }

    static Job newest(Builds builds) {
        return Objects.requireNonNull(builds.observed().newest());
    }

    /// @param condition `Complete`, `Failed` or null while it runs
    Builds job(int number, String key, @Nullable String condition, Map<String, String> more) {
        var job = new JobBuilder()
                .withNewMetadata()
                .withName(ImageBuildDesired.name(build, number))
                .withNamespace("team")
                .withUid("job-" + number)
                .withCreationTimestamp("2026-01-01T00:00:00Z")
                .addToAnnotations(ImageBuildDesired.KEY, key)
                .addToAnnotations(ImageBuildDesired.NUMBER, String.valueOf(number))
                .addToAnnotations(ImageBuildDesired.MODE, "NESTED_USER_NAMESPACE")
                .addToAnnotations(more)
                .addNewOwnerReference()
                .withApiVersion("strata.dev/v1alpha1")
                .withKind("ImageBuild")
                .withController(true)
                .withUid(UID)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withTemplate(template())
                .endSpec()
                .withNewStatus()
                .endStatus();
        if (condition != null) {
            job.editStatus()
                    .addNewCondition()
                    .withType(condition)
                    .withStatus("True")
                    .withLastTransitionTime(END.toString())
                    .endCondition()
                    .endStatus();
        }
        jobs.add(job.build());
        return this;
    }

    /// An ended Job that failed for that reason of the Job controller's.
    Builds failedJob(int number, String reason, Map<String, String> more) {
        job(number, KEY, "Failed", more);
        jobs.add(new JobBuilder(jobs.removeLast())
                .editStatus()
                .editMatchingCondition(c -> c.getType().equals("Failed"))
                .withReason(reason)
                .endCondition()
                .endStatus()
                .build());
        return this;
    }

    /// The pod of that Job, lost with its node: no container says how it ended.
    Builds podLost(int number) {
        pods.add(podOf(number)
                .editStatus()
                .withPhase("Failed")
                .addNewCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build());
        return this;
    }

    Builds job(int number, String key, @Nullable String condition) {
        return job(number, key, condition, Map.of());
    }

    /// The pod of that Job, running.
    Builds pod(int number) {
        pods.add(podOf(number).build());
        return this;
    }

    /// The pod of that Job, not started.
    Builds podPending(int number) {
        pods.add(podOf(number).editStatus().withPhase("Pending").endStatus().build());
        return this;
    }

    /// The pod of that Job, which the API server has stripped of its user namespace.
    Builds podOnHost(int number) {
        pods.add(podOf(number).editSpec().withHostUsers(null).endSpec().build());
        return this;
    }

    /// The pod of that Job, ended.
    Builds pod(int number, int exitCode, String reason, @Nullable BuildReport report) {
        pods.add(podOf(number)
                .editStatus()
                .withPhase(exitCode == 0 ? "Succeeded" : "Failed")
                .addNewContainerStatus()
                .withName("build")
                .withNewState()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(reason)
                .withFinishedAt(END.minusSeconds(3).toString())
                .withMessage(report == null ? null : new String(ReportJson.bytes(report), UTF_8))
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build());
        return this;
    }

    Builds failed(int number, String reason) {
        return failed(number, reason, Map.of());
    }

    /// An ended Job whose builder has told that reason.
    Builds failed(int number, String reason, Map<String, String> more) {
        var failure = new BuildReport.Failure(reason, "it failed", null, 4, null, "", null);
        return job(number, KEY, "Failed", more)
                .pod(number, 1, "Error", new BuildReport(null, 0, List.of(), null, 1, 0, Map.of(), failure));
    }

    static BuildReport good() {
        return new BuildReport(IMAGE, 1234, List.of("latest"), "sha256:0", 1, 0, Map.of(), null);
    }

    private PodTemplateSpec template() {
        var target = new Target("registry.example.com/app", List.of("latest"), "push", false);
        return new BuilderPod(BUILDER, IsolationMode.NESTED_USER_NAMESPACE, target, null, List.of(), Map.of())
                .template(build, "app", "sha256:0");
    }

    private PodBuilder podOf(int number) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("pod-" + number)
                .withNamespace("team")
                .withCreationTimestamp("2026-01-01T00:00:01Z")
                .addNewOwnerReference()
                .withUid("job-" + number)
                .endOwnerReference()
                .endMetadata()
                .withSpec(template().getSpec())
                .withNewStatus()
                .withPhase("Running")
                .endStatus();
    }
}
