/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.report.ReportJson;
import dev.strata.operator.apiserver.ApiServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How much memory the operator's process takes with all the finished Jobs and pods that 500 ImageBuilds keep: its
/// resident set, 5 s after the last of them has a status. They are suspended, so that nothing is built meanwhile.
///
/// Collector, compiler and the bound of the heap are those of the image. The rest is not: this is a whole JDK with the
/// class path of the tests, without the image's jlinked Java and its archive of loaded classes (CDS).
class OperatorMemoryIT {
    private static final int BUILDS = 500;
    private static final int KEPT = 3;
    private static final int MOST_MIB = 200;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void itStaysBelowItsBoundWith500ImageBuildsAndTheirFinishedJobs() throws Exception {
        try (ApiServer server = ApiServer.start()) {
            KubernetesClient client = server.client();
            OperatorProcess.prepare(server);
            fill(client);
            Path log = directory.resolve("operator.log");
            try (var operator = OperatorProcess.start(server, log)) {
                Awaitility.await("all are reconciled; log: " + log)
                        .atMost(Duration.ofSeconds(120))
                        .pollInterval(Duration.ofSeconds(2))
                        .until(() -> client.resources(ImageBuild.class).inNamespace("team").list().getItems().stream()
                                .allMatch(build -> build.getStatus() != null));
                Thread.sleep(Duration.ofSeconds(5));
                assertThat(operator.residentMib()).as("MiB resident").isLessThanOrEqualTo(MOST_MIB);
            }
        }
    }

    private static void fill(KubernetesClient client) throws Exception {
        try (var workers = Executors.newFixedThreadPool(16)) {
            List<Future<?>> all = new ArrayList<>();
            IntStream.range(0, BUILDS).forEach(number -> all.add(workers.submit(() -> build(client, number))));
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static void build(KubernetesClient client, int number) {
        ImageBuild build = client.resource(Serialization.unmarshal("""
                        apiVersion: strata.dev/v1alpha1
                        kind: ImageBuild
                        metadata: {name: app-%d, namespace: team}
                        spec:
                          suspend: true
                          source: {inline: {files: {Dockerfile: FROM scratch}}}
                          output: {image: registry.example.com/app}
                        """.formatted(number), ImageBuild.class))
                .create();
        for (int run = 1; run <= KEPT; run++) {
            finished(client, build, run);
        }
    }

    private static void finished(KubernetesClient client, ImageBuild build, int run) {
        var target = new Target("registry.example.com/app", List.of("latest"), "push", false);
        var pod = new BuilderPod(
                "local/strata-builder:1", IsolationMode.NESTED_USER_NAMESPACE, target, null, List.of(), Map.of());
        var request = ImageBuildDesired.request(build, run, target, null);
        Job job = client.resource(ImageBuildDesired.job(build, run, request, Builds.KEY, pod))
                .create();
        client.resource(job)
                .editStatus(made -> new JobBuilder(made)
                        .withNewStatus()
                        .withStartTime(made.getMetadata().getCreationTimestamp())
                        .withFailed(1)
                        .addNewCondition()
                        .withType("FailureTarget")
                        .withStatus("True")
                        .withReason("Test")
                        .withLastTransitionTime(made.getMetadata().getCreationTimestamp())
                        .endCondition()
                        .addNewCondition()
                        .withType("Failed")
                        .withStatus("True")
                        .withReason("Test")
                        .withLastTransitionTime(made.getMetadata().getCreationTimestamp())
                        .endCondition()
                        .endStatus()
                        .build());
        Pod ended = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(job.getMetadata().getName() + "-x")
                        .withNamespace("team")
                        .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                        .addNewOwnerReference()
                        .withApiVersion("batch/v1")
                        .withKind("Job")
                        .withName(job.getMetadata().getName())
                        .withUid(job.getMetadata().getUid())
                        .endOwnerReference()
                        .endMetadata()
                        .withSpec(job.getSpec().getTemplate().getSpec())
                        .build())
                .create();
        client.resource(ended)
                .editStatus(made -> new PodBuilder(made)
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
                        .withExitCode(1)
                        .withMessage(new String(ReportJson.bytes(Builds.good()), UTF_8))
                        .endTerminated()
                        .endState()
                        .endContainerStatus()
                        .endStatus()
                        .build());
    }
}
