/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.DIGEST;
import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.report.BuildReport;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What becomes of ImageBuilds: one Job for each change, and a status that says how it went.
class BuildsIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    @Test
    void oneJobForEachChangeAndNoneForTheSameAgain() {
        builds.cluster().namespace("team", "baseline");
        builds.apply("team", "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs("team")).hasSize(1));
        Job first = builds.jobs("team").getFirst();
        assertThat(first.getMetadata().getName()).matches("hello-1-[0-9a-f]{5}");
        assertThat(first.getSpec().getTemplate().getSpec().getNodeSelector()).isEqualTo(Map.of("pool", "builds"));
        await(() -> assertThat(builds.condition("team", "hello", "Ready").getReason())
                .isEqualTo("Building"));

        builds.pushed.add(DIGEST);
        builds.jobController().complete(first, builds.good(DIGEST), 0);
        await(() -> assertThat(builds.condition("team", "hello", "Ready").getStatus())
                .isEqualTo("True"));
        ImageBuildStatus status = builds.status("team", "hello");
        assertThat(status.image()).isEqualTo(new ImageBuildStatus.Image(builds.image(DIGEST), DIGEST, 1234L));
        assertThat(status.buildNumber()).isEqualTo(1);
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.isolationMode()).isEqualTo("NestedUserNamespace");

        builds.apply("team", "hello", "FROM scratch");
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(builds.jobs("team")).hasSize(1));

        builds.apply("team", "hello", "FROM scratch\nLABEL changed=true");
        await(() -> assertThat(builds.jobs("team")).hasSize(2));
        await(() -> assertThat(builds.status("team", "hello").buildNumber()).isEqualTo(2));
        assertThat(builds.status("team", "hello").image())
                .as("of the last good build")
                .isNotNull();
    }

    @Test
    void aFailedBuildIsToldInTheBuildersWords() {
        builds.cluster().namespace("failing", "baseline");
        builds.apply("failing", "broken", "FROM scratch\nRUN false");
        await(() -> assertThat(builds.jobs("failing")).hasSize(1));
        builds.jobController()
                .complete(
                        builds.jobs("failing").getFirst(),
                        new BuildReport(
                                null,
                                0,
                                List.of(),
                                null,
                                1,
                                0,
                                Map.of(),
                                new BuildReport.Failure(
                                        "InstructionFailed",
                                        "Dockerfile:2: RUN ended with 1",
                                        "RUN false",
                                        2,
                                        1,
                                        "oh",
                                        null)),
                        1);
        await(() -> assertThat(builds.condition("failing", "broken", "Stalled").getStatus())
                .isEqualTo("True"));
        assertThat(builds.condition("failing", "broken", "Ready").getReason()).isEqualTo("InstructionFailed");
        assertThat(builds.status("failing", "broken").lastFailure())
                .extracting(ImageBuildStatus.Failure::line, ImageBuildStatus.Failure::logTail)
                .containsExactly(2, "oh");
    }

    @Test
    void nothingIsMadeInARestrictedNamespace() {
        builds.cluster().namespace("restricted", "restricted");
        builds.apply("restricted", "hello", "FROM scratch");
        await(() -> assertThat(
                        builds.condition("restricted", "hello", "Stalled").getReason())
                .isEqualTo("IsolationUnavailable"));
        assertThat(builds.condition("restricted", "hello", "Ready").getMessage())
                .contains("needs baseline of version 1.35 or later")
                .contains("kubectl label namespace restricted --overwrite");
        assertThat(builds.jobs("restricted")).isEmpty();
    }

    @Test
    void aMissingSecretIsNamedBeforeAnythingIsMade() {
        builds.client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("secretless")
                        .endMetadata()
                        .build())
                .create();
        builds.apply("secretless", "hello", "FROM scratch");
        await(() -> assertThat(builds.condition("secretless", "hello", "Ready").getMessage())
                .startsWith("there is no Secret secretless/push"));
        assertThat(builds.condition("secretless", "hello", "Ready").getReason()).isEqualTo("SecretNotFound");
        assertThat(builds.condition("secretless", "hello", "Reconciling").getStatus())
                .isEqualTo("True");
        assertThat(builds.jobs("secretless")).isEmpty();
    }

    @Test
    void everyPullSecretMustBeThereAndBeOne() {
        builds.cluster().namespace("pulls", "baseline");
        ImageBuild build = builds.imageBuild("pulls", "hello", "FROM scratch", false);
        String yaml = Serialization.asYaml(build).replace("spec:", "spec:\n  build: {pullSecrets: [{name: base}]}");
        builds.client()
                .resource(Serialization.unmarshal(yaml, ImageBuild.class))
                .create();
        await(() -> assertThat(builds.condition("pulls", "hello", "Ready").getMessage())
                .startsWith("there is no Secret pulls/base"));
        assertThat(builds.condition("pulls", "hello", "Ready").getReason()).isEqualTo("SecretNotFound");

        var wrong = new SecretBuilder()
                .withNewMetadata()
                .withName("base")
                .withNamespace("pulls")
                .endMetadata()
                .addToStringData("password", "x")
                .build();
        builds.client().resource(wrong).create();
        await(() -> assertThat(builds.condition("pulls", "hello", "Ready").getReason())
                .isEqualTo("CredentialsInvalid"));
        assertThat(builds.jobs("pulls")).isEmpty();

        builds.client().resource(wrong).delete();
        builds.client()
                .resource(new SecretBuilder(wrong)
                        .withType("kubernetes.io/dockerconfigjson")
                        .withStringData(Map.of(".dockerconfigjson", "{\"auths\":{}}"))
                        .build())
                .create();
        await(() -> assertThat(builds.jobs("pulls")).hasSize(1));
    }

    @Test
    void anImageThatTheRegistryDoesNotShowIsNotReady() {
        builds.cluster().namespace("lost", "baseline");
        builds.apply("lost", "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs("lost")).hasSize(1));
        String digest = "sha256:" + "c".repeat(64);
        builds.jobController().complete(builds.jobs("lost").getFirst(), builds.good(digest), 0);
        await(() -> assertThat(builds.condition("lost", "hello", "Ready").getReason())
                .isEqualTo("ImageNotFound"));
        assertThat(builds.condition("lost", "hello", "Ready").getStatus()).isEqualTo("False");
        assertThat(builds.condition("lost", "hello", "Stalled").getStatus()).isEqualTo("False");
        assertThat(events("lost")).doesNotContain("BuildSucceeded", "BuildFailed");

        builds.pushed.add(digest);
        await(() -> assertThat(builds.condition("lost", "hello", "Ready").getStatus())
                .isEqualTo("True"));
        assertThat(builds.jobs("lost")).as("it is asked again, not built again").hasSize(1);
        await(() -> assertThat(events("lost")).containsOnlyOnce("BuildSucceeded"));
    }

    @Test
    void aPodThatIsNotWhatWasAskedForIsDeletedAtOnce() {
        builds.cluster().namespace("changed", "privileged");
        builds.apply("changed", "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs("changed")).hasSize(1));
        Job job = builds.jobs("changed").getFirst();
        PodSpec changed = Serialization.clone(job.getSpec().getTemplate().getSpec());
        changed.setHostUsers(null);
        changed.getContainers().getFirst().getSecurityContext().setProcMount(null);
        changed.getVolumes()
                .add(new VolumeBuilder()
                        .withName("more")
                        .withNewEmptyDir()
                        .endEmptyDir()
                        .build());
        builds.jobController().pod(job, changed);
        await(() -> assertThat(
                        builds.client().pods().inNamespace("changed").list().getItems())
                .isEmpty());
        Job ended = builds.jobs("changed").getFirst();
        assertThat(ended.getSpec().getActiveDeadlineSeconds()).isEqualTo(1);
        builds.client().resource(ended).editStatus(j -> PlayedJobController.ended(j, false));
        await(() -> assertThat(builds.condition("changed", "hello", "Stalled").getStatus())
                .isEqualTo("True"));
        assertThat(builds.condition("changed", "hello", "Ready").getReason()).isEqualTo("IsolationUnavailable");
        assertThat(builds.condition("changed", "hello", "Ready").getMessage())
                .contains("spec.containers[0].securityContext, spec.hostUsers, spec.volumes");
    }

    private List<String> events(String namespace) {
        return builds.client().v1().events().inNamespace(namespace).list().getItems().stream()
                .map(Event::getReason)
                .toList();
    }
}
