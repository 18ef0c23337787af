/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.crds.registry.Registry;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.ReportJson;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// What becomes of ImageBuilds: one Job for each change, and a status that says how it went.
class BuildsIT extends BuildsOnApiServer {
    @Test
    void oneJobForEachChangeAndNoneForTheSameAgain() {
        namespace("team", "baseline");
        apply("team", "hello", "FROM scratch");
        await(() -> assertThat(jobs("team")).hasSize(1));
        Job first = jobs("team").getFirst();
        assertThat(first.getMetadata().getName()).matches("hello-1-[0-9a-f]{5}");
        assertThat(first.getSpec().getTemplate().getSpec().getNodeSelector()).isEqualTo(Map.of("pool", "builds"));
        await(() -> assertThat(condition("team", "hello", "Ready").getReason()).isEqualTo("Building"));

        pushed.add(DIGEST);
        complete(first, good(DIGEST), 0);
        await(() -> assertThat(condition("team", "hello", "Ready").getStatus()).isEqualTo("True"));
        ImageBuildStatus status = status("team", "hello");
        assertThat(status.image()).isEqualTo(new ImageBuildStatus.Image(image(DIGEST), DIGEST, 1234L));
        assertThat(status.buildNumber()).isEqualTo(1);
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.isolationMode()).isEqualTo("NestedUserNamespace");

        apply("team", "hello", "FROM scratch");
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(jobs("team")).hasSize(1));

        apply("team", "hello", "FROM scratch\nLABEL changed=true");
        await(() -> assertThat(jobs("team")).hasSize(2));
        await(() -> assertThat(status("team", "hello").buildNumber()).isEqualTo(2));
        assertThat(status("team", "hello").image()).as("of the last good build").isNotNull();
    }

    @Test
    void aFailedBuildIsToldInTheBuildersWords() {
        namespace("failing", "baseline");
        apply("failing", "broken", "FROM scratch\nRUN false");
        await(() -> assertThat(jobs("failing")).hasSize(1));
        complete(
                jobs("failing").getFirst(),
                new BuildReport(
                        null,
                        0,
                        List.of(),
                        null,
                        1,
                        0,
                        Map.of(),
                        new BuildReport.Failure(
                                "InstructionFailed", "Dockerfile:2: RUN ended with 1", "RUN false", 2, 1, "oh", null)),
                1);
        await(() -> assertThat(condition("failing", "broken", "Stalled").getStatus())
                .isEqualTo("True"));
        assertThat(condition("failing", "broken", "Ready").getReason()).isEqualTo("InstructionFailed");
        assertThat(status("failing", "broken").lastFailure())
                .extracting(ImageBuildStatus.Failure::line, ImageBuildStatus.Failure::logTail)
                .containsExactly(2, "oh");
    }

    @Test
    void nothingIsMadeInARestrictedNamespace() {
        namespace("restricted", "restricted");
        apply("restricted", "hello", "FROM scratch");
        await(() -> assertThat(condition("restricted", "hello", "Stalled").getReason())
                .isEqualTo("IsolationUnavailable"));
        assertThat(condition("restricted", "hello", "Ready").getMessage())
                .contains("needs baseline of version 1.35 or later")
                .contains("kubectl label namespace restricted --overwrite");
        assertThat(jobs("restricted")).isEmpty();
    }

    @Test
    void aMissingSecretIsNamedBeforeAnythingIsMade() {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("secretless")
                        .endMetadata()
                        .build())
                .create();
        apply("secretless", "hello", "FROM scratch");
        await(() -> assertThat(condition("secretless", "hello", "Ready").getMessage())
                .startsWith("there is no Secret secretless/push"));
        assertThat(condition("secretless", "hello", "Ready").getReason()).isEqualTo("SecretNotFound");
        assertThat(condition("secretless", "hello", "Reconciling").getStatus()).isEqualTo("True");
        assertThat(jobs("secretless")).isEmpty();
    }

    @Test
    void everyPullSecretMustBeThereAndBeOne() {
        namespace("pulls", "baseline");
        ImageBuild build = imageBuild("pulls", "hello", "FROM scratch", false);
        String yaml = Serialization.asYaml(build).replace("spec:", "spec:\n  build: {pullSecrets: [{name: base}]}");
        client.resource(Serialization.unmarshal(yaml, ImageBuild.class)).create();
        await(() -> assertThat(condition("pulls", "hello", "Ready").getMessage())
                .startsWith("there is no Secret pulls/base"));
        assertThat(condition("pulls", "hello", "Ready").getReason()).isEqualTo("SecretNotFound");

        var wrong = new SecretBuilder()
                .withNewMetadata()
                .withName("base")
                .withNamespace("pulls")
                .endMetadata()
                .addToStringData("password", "x")
                .build();
        client.resource(wrong).create();
        await(() -> assertThat(condition("pulls", "hello", "Ready").getReason()).isEqualTo("CredentialsInvalid"));
        assertThat(jobs("pulls")).isEmpty();

        client.resource(wrong).delete();
        client.resource(new SecretBuilder(wrong)
                        .withType("kubernetes.io/dockerconfigjson")
                        .withStringData(Map.of(".dockerconfigjson", "{\"auths\":{}}"))
                        .build())
                .create();
        await(() -> assertThat(jobs("pulls")).hasSize(1));
    }

    @Test
    void anImageThatTheRegistryDoesNotShowIsNotReady() {
        namespace("lost", "baseline");
        apply("lost", "hello", "FROM scratch");
        await(() -> assertThat(jobs("lost")).hasSize(1));
        String digest = "sha256:" + "c".repeat(64);
        complete(jobs("lost").getFirst(), good(digest), 0);
        await(() -> assertThat(condition("lost", "hello", "Ready").getReason()).isEqualTo("ImageNotFound"));
        assertThat(condition("lost", "hello", "Ready").getStatus()).isEqualTo("False");
        assertThat(condition("lost", "hello", "Stalled").getStatus()).isEqualTo("False");
        assertThat(events("lost")).doesNotContain("BuildSucceeded", "BuildFailed");

        pushed.add(digest);
        await(() -> assertThat(condition("lost", "hello", "Ready").getStatus()).isEqualTo("True"));
        assertThat(jobs("lost")).as("it is asked again, not built again").hasSize(1);
        await(() -> assertThat(events("lost")).containsOnlyOnce("BuildSucceeded"));
    }

    @Test
    void aRegistryOfAnotherNamespaceIsUsedOnlyWhenItIsShared() {
        namespace("owner", "baseline");
        namespace("guest", "baseline");
        readyRegistry("owner", "images");
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("strata-push-owner.images")
                        .withNamespace("guest")
                        .endMetadata()
                        .withType("kubernetes.io/dockerconfigjson")
                        .addToStringData(".dockerconfigjson", "{\"auths\":{}}")
                        .build())
                .create();
        client.resource(Serialization.unmarshal("""
                        apiVersion: strata.dev/v1alpha1
                        kind: ImageBuild
                        metadata: {name: hello, namespace: guest}
                        spec:
                          source: {inline: {files: {Dockerfile: FROM scratch}}}
                          output:
                            registryRef: {name: images, namespace: owner}
                            repository: hello
                        """, ImageBuild.class)).create();
        await(() -> assertThat(condition("guest", "hello", "Ready").getReason()).isEqualTo("RegistryNotShared"));
        assertThat(condition("guest", "hello", "Ready").getMessage())
                .contains("Registry owner/images does not let namespace guest push")
                .contains("kubectl -n owner patch registry images");
        assertThat(jobs("guest")).isEmpty();

        // The patch of the message itself.
        String message = condition("guest", "hello", "Ready").getMessage();
        String patch = message.substring(message.indexOf('\'') + 1, message.lastIndexOf('\''));
        client.resources(Registry.class)
                .inNamespace("owner")
                .withName("images")
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
        await(() -> assertThat(jobs("guest")).hasSize(1));
        assertThat(jobs("guest").getFirst().getSpec().getTemplate().getSpec().getVolumes())
                .filteredOn(volume -> volume.getSecret() != null)
                .extracting(volume -> volume.getSecret().getSecretName())
                .containsExactly("strata-push-owner.images");
    }

    @Test
    void aJobOfThatNameIsAdoptedOnlyWhenItIsThisBuilds() {
        namespace("taken", "baseline");
        ImageBuild build = client.resource(imageBuild("taken", "hello", "FROM scratch", true))
                .create();
        var foreign = new JobBuilder()
                .withNewMetadata()
                .withName("hello-1-" + build.getMetadata().getUid().substring(0, 5))
                .withNamespace("taken")
                .endMetadata()
                .withNewSpec()
                .withSuspend(true)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("build")
                .withImage("foreign")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        client.resource(foreign).create();
        client.resource(imageBuild("taken", "hello", "FROM scratch", false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
        await(() -> assertThat(condition("taken", "hello", "Ready").getReason()).isEqualTo("PodForbidden"));
        assertThat(condition("taken", "hello", "Ready").getMessage())
                .contains("a Job " + foreign.getMetadata().getName() + " is there that is not of this build");

        client.resource(foreign).delete();
        Job own = new JobBuilder(foreign)
                .editMetadata()
                .addToAnnotations("strata.dev/build-number", "1")
                .addNewOwnerReference()
                .withApiVersion("strata.dev/v1alpha1")
                .withKind("ImageBuild")
                .withName("hello")
                .withController(true)
                .withUid(build.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .build();
        client.resource(own).create();
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(condition("taken", "hello", "Ready").getReason())
                                .as("it has another rebuild key")
                                .isEqualTo("PodForbidden"));

        client.resource(own).delete();
        await(() -> assertThat(condition("taken", "hello", "Ready").getReason()).isEqualTo("Building"));
        assertThat(jobs("taken").getFirst().getMetadata().getAnnotations()).containsKey("strata.dev/rebuild-key");
    }

    @Test
    void theRequestIsBoundToItsJobAndNeverWrittenOverAForeignConfigMap() {
        namespace("bound", "baseline");
        ImageBuild build = client.resource(imageBuild("bound", "hello", "FROM scratch", true))
                .create();
        ConfigMap foreign = client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("hello-1-" + build.getMetadata().getUid().substring(0, 5))
                        .withNamespace("bound")
                        .endMetadata()
                        .addToData("request.json", "{}")
                        .build())
                .create();
        client.resource(imageBuild("bound", "hello", "FROM scratch", false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
        await(() -> assertThat(condition("bound", "hello", "Ready").getReason()).isEqualTo("PodForbidden"));
        assertThat(condition("bound", "hello", "Ready").getMessage())
                .contains("a ConfigMap " + foreign.getMetadata().getName() + " is there that is not of this build")
                .contains("kubectl -n bound delete configmap");
        assertThat(jobs("bound")).isEmpty();
        assertThat(client.resource(foreign).get().getData()).containsEntry("request.json", "{}");

        client.resource(foreign).delete();
        await(() -> assertThat(jobs("bound")).hasSize(1));
        ConfigMap request = client.resource(foreign).get();
        EnvVar digest = jobs("bound")
                .getFirst()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getEnv()
                .getFirst();
        assertThat(digest.getName()).isEqualTo("STRATA_REQUEST_DIGEST");
        assertThat(digest.getValue())
                .isEqualTo(ReportJson.digest(
                        String.valueOf(request.getData().get("request.json")).getBytes(UTF_8)));
        assertThatThrownBy(() -> client.resource(request)
                        .edit(map -> new ConfigMapBuilder(map)
                                .addToData("request.json", "{}")
                                .build()))
                .hasMessageContaining("immutable");
    }

    @Test
    void aPodThatIsNotWhatWasAskedForIsDeletedAtOnce() {
        namespace("changed", "privileged");
        apply("changed", "hello", "FROM scratch");
        await(() -> assertThat(jobs("changed")).hasSize(1));
        Job job = jobs("changed").getFirst();
        PodSpec changed = Serialization.clone(job.getSpec().getTemplate().getSpec());
        changed.setHostUsers(null);
        changed.getContainers().getFirst().getSecurityContext().setProcMount(null);
        changed.getVolumes()
                .add(new VolumeBuilder()
                        .withName("more")
                        .withNewEmptyDir()
                        .endEmptyDir()
                        .build());
        pod(job, changed);
        await(() -> assertThat(client.pods().inNamespace("changed").list().getItems())
                .isEmpty());
        Job ended = jobs("changed").getFirst();
        assertThat(ended.getSpec().getActiveDeadlineSeconds()).isEqualTo(1);
        client.resource(ended).editStatus(j -> ended(j, false));
        await(() ->
                assertThat(condition("changed", "hello", "Stalled").getStatus()).isEqualTo("True"));
        assertThat(condition("changed", "hello", "Ready").getReason()).isEqualTo("IsolationUnavailable");
        assertThat(condition("changed", "hello", "Ready").getMessage())
                .contains("spec.containers[0].securityContext, spec.hostUsers, spec.volumes");
    }

    @Test
    void aResourceThatIsMadeAgainBeginsAnew() {
        namespace("again", "baseline");
        apply("again", "hello", "FROM scratch");
        await(() -> assertThat(jobs("again")).hasSize(1));
        pushed.add(DIGEST);
        complete(jobs("again").getFirst(), good(DIGEST), 0);
        await(() -> assertThat(condition("again", "hello", "Ready").getStatus()).isEqualTo("True"));

        client.resource(imageBuild("again", "hello", "FROM scratch", false)).delete();
        apply("again", "hello", "FROM scratch");
        await(() -> assertThat(condition("again", "hello", "Ready").getReason()).isEqualTo("Building"));
        String uid = client.resources(ImageBuild.class)
                .inNamespace("again")
                .withName("hello")
                .get()
                .getMetadata()
                .getUid();
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(jobs("again"))
                        .filteredOn(job -> job.getMetadata()
                                .getOwnerReferences()
                                .getFirst()
                                .getUid()
                                .equals(uid))
                        .extracting(job -> job.getMetadata().getName())
                        .containsExactly("hello-1-" + uid.substring(0, 5)));
        assertThat(status("again", "hello").image()).isNull();
        assertThat(status("again", "hello").buildNumber()).isEqualTo(1);
    }

    private List<String> events(String namespace) {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .map(Event::getReason)
                .toList();
    }
}
