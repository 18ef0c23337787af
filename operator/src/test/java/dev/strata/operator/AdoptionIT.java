/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.DIGEST;
import static dev.strata.operator.BuildsOnApiServer.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.engine.report.ReportJson;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Objects that are there under the name of a build's own: which become its own, and which never do.
class AdoptionIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    @Test
    void aJobOfThatNameIsAdoptedOnlyWhenItIsThisBuilds() {
        builds.cluster().namespace("taken", "baseline");
        ImageBuild build = builds.client()
                .resource(builds.imageBuild("taken", "hello", "FROM scratch", true))
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
        builds.client().resource(foreign).create();
        builds.client()
                .resource(builds.imageBuild("taken", "hello", "FROM scratch", false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
        await(() -> assertThat(builds.condition("taken", "hello", "Ready").getReason())
                .isEqualTo("PodForbidden"));
        assertThat(builds.condition("taken", "hello", "Ready").getMessage())
                .contains("a Job " + foreign.getMetadata().getName() + " is there that is not of this build");

        builds.client().resource(foreign).delete();
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
        builds.client().resource(own).create();
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(
                                builds.condition("taken", "hello", "Ready").getReason())
                        .as("it has another rebuild key")
                        .isEqualTo("PodForbidden"));

        builds.client().resource(own).delete();
        await(() -> assertThat(builds.condition("taken", "hello", "Ready").getReason())
                .isEqualTo("Building"));
        assertThat(builds.jobs("taken").getFirst().getMetadata().getAnnotations())
                .containsKey("strata.dev/rebuild-key");
    }

    @Test
    void theRequestIsBoundToItsJobAndNeverWrittenOverAForeignConfigMap() {
        builds.cluster().namespace("bound", "baseline");
        ImageBuild build = builds.client()
                .resource(builds.imageBuild("bound", "hello", "FROM scratch", true))
                .create();
        ConfigMap foreign = builds.client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("hello-1-" + build.getMetadata().getUid().substring(0, 5))
                        .withNamespace("bound")
                        .endMetadata()
                        .addToData("request.json", "{}")
                        .build())
                .create();
        builds.client()
                .resource(builds.imageBuild("bound", "hello", "FROM scratch", false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
        await(() -> assertThat(builds.condition("bound", "hello", "Ready").getReason())
                .isEqualTo("PodForbidden"));
        assertThat(builds.condition("bound", "hello", "Ready").getMessage())
                .contains("a ConfigMap " + foreign.getMetadata().getName() + " is there that is not of this build")
                .contains("kubectl -n bound delete configmap");
        assertThat(builds.jobs("bound")).isEmpty();
        assertThat(builds.client().resource(foreign).get().getData()).containsEntry("request.json", "{}");

        builds.client().resource(foreign).delete();
        await(() -> assertThat(builds.jobs("bound")).hasSize(1));
        ConfigMap request = builds.client().resource(foreign).get();
        EnvVar digest = builds.jobs("bound")
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
        assertThatThrownBy(() -> builds.client()
                        .resource(request)
                        .edit(map -> new ConfigMapBuilder(map)
                                .addToData("request.json", "{}")
                                .build()))
                .hasMessageContaining("immutable");
    }

    @Test
    void aResourceThatIsMadeAgainBeginsAnew() {
        builds.cluster().namespace("again", "baseline");
        builds.apply("again", "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs("again")).hasSize(1));
        builds.pushed.add(DIGEST);
        builds.jobController().complete(builds.jobs("again").getFirst(), builds.good(DIGEST), 0);
        await(() -> assertThat(builds.condition("again", "hello", "Ready").getStatus())
                .isEqualTo("True"));

        builds.client()
                .resource(builds.imageBuild("again", "hello", "FROM scratch", false))
                .delete();
        builds.apply("again", "hello", "FROM scratch");
        await(() -> assertThat(builds.condition("again", "hello", "Ready").getReason())
                .isEqualTo("Building"));
        String uid = builds.client()
                .resources(ImageBuild.class)
                .inNamespace("again")
                .withName("hello")
                .get()
                .getMetadata()
                .getUid();
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(builds.jobs("again"))
                        .filteredOn(job -> job.getMetadata()
                                .getOwnerReferences()
                                .getFirst()
                                .getUid()
                                .equals(uid))
                        .extracting(job -> job.getMetadata().getName())
                        .containsExactly("hello-1-" + uid.substring(0, 5)));
        assertThat(builds.status("again", "hello").image()).isNull();
        assertThat(builds.status("again", "hello").buildNumber()).isEqualTo(1);
    }
}
