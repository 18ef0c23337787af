/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.DIGEST;
import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.report.BuildReport;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What makes one more build of the same spec and source, and what does not.
class RebuildIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    @Test
    void aFinalFailureIsTriedAgainWhenItsTimeoutOrItsSecretHasChanged() {
        builds.cluster().namespace("repaired", "baseline");
        builds.apply("repaired", "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs("repaired")).hasSize(1));
        fail("repaired", "PushUnauthorized");

        builds.merge("repaired", Map.of("spec", Map.of("timeout", "2h")));
        await(() -> assertThat(builds.jobs("repaired")).hasSize(2));
        assertThat(newest("repaired").getSpec().getActiveDeadlineSeconds()).isEqualTo(7200);
        fail("repaired", "PushUnauthorized");

        builds.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("push")
                        .withNamespace("repaired")
                        .endMetadata()
                        .withType("kubernetes.io/dockerconfigjson")
                        .addToStringData(".dockerconfigjson", "{\"auths\":{\"example.com\":{}}}")
                        .build())
                .forceConflicts()
                .serverSideApply();
        // Nothing tells of a Secret; it is looked at once a minute.
        Awaitility.await()
                .atMost(Duration.ofSeconds(80))
                .untilAsserted(() -> assertThat(builds.jobs("repaired")).hasSize(3));
    }

    @Test
    void aGoodBuildIsMadeAgainOnRequestOnly() {
        builds.cluster().namespace("requested", "baseline");
        builds.apply("requested", "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs("requested")).hasSize(1));
        builds.pushed.add(DIGEST);
        builds.jobController().complete(newest("requested"), builds.good(DIGEST), 0);
        await(() -> assertThat(builds.condition("requested", "hello", "Ready").getStatus())
                .isEqualTo("True"));

        builds.merge("requested", Map.of("spec", Map.of("timeout", "2h")));
        await(() -> assertThat(builds.status("requested", "hello").observedGeneration())
                .isEqualTo(2));
        assertThat(builds.jobs("requested")).hasSize(1);

        builds.merge(
                "requested", Map.of("metadata", Map.of("annotations", Map.of("strata.dev/rebuild-requested-at", "1"))));
        await(() -> assertThat(builds.jobs("requested")).hasSize(2));
        builds.jobController().complete(newest("requested"), builds.good(DIGEST), 0);
        await(() -> assertThat(builds.condition("requested", "hello", "Ready").getStatus())
                .isEqualTo("True"));
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(builds.jobs("requested")).hasSize(2));
    }

    private void fail(String namespace, String reason) {
        int number = builds.jobs(namespace).size();
        var failure = new BuildReport.Failure(reason, "it failed", null, null, null, "", null);
        builds.jobController()
                .complete(newest(namespace), new BuildReport(null, 0, List.of(), null, 1, 0, Map.of(), failure), 1);
        await(() -> assertThat(builds.condition(namespace, "hello", "Stalled").getStatus())
                .isEqualTo("True"));
        assertThat(builds.status(namespace, "hello").buildNumber()).isEqualTo(number);
    }

    private Job newest(String namespace) {
        return builds.jobs(namespace).stream()
                .max(Comparator.comparing(
                        job -> job.getMetadata().getAnnotations().get("strata.dev/build-number")))
                .orElseThrow();
    }
}
