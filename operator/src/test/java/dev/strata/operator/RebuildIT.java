/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

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

/// What makes one more build of the same spec and source, and what does not.
class RebuildIT extends BuildsOnApiServer {
    @Test
    void aFinalFailureIsTriedAgainWhenItsTimeoutOrItsSecretHasChanged() {
        namespace("repaired", "baseline");
        apply("repaired", "hello", "FROM scratch");
        await(() -> assertThat(jobs("repaired")).hasSize(1));
        fail("repaired", "PushUnauthorized");

        merge("repaired", Map.of("spec", Map.of("timeout", "2h")));
        await(() -> assertThat(jobs("repaired")).hasSize(2));
        assertThat(newest("repaired").getSpec().getActiveDeadlineSeconds()).isEqualTo(7200);
        fail("repaired", "PushUnauthorized");

        client.resource(new SecretBuilder()
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
                .untilAsserted(() -> assertThat(jobs("repaired")).hasSize(3));
    }

    @Test
    void aGoodBuildIsMadeAgainOnRequestOnly() {
        namespace("requested", "baseline");
        apply("requested", "hello", "FROM scratch");
        await(() -> assertThat(jobs("requested")).hasSize(1));
        pushed.add(DIGEST);
        complete(newest("requested"), good(DIGEST), 0);
        await(() ->
                assertThat(condition("requested", "hello", "Ready").getStatus()).isEqualTo("True"));

        merge("requested", Map.of("spec", Map.of("timeout", "2h")));
        await(() ->
                assertThat(status("requested", "hello").observedGeneration()).isEqualTo(2));
        assertThat(jobs("requested")).hasSize(1);

        merge("requested", Map.of("metadata", Map.of("annotations", Map.of("strata.dev/rebuild-requested-at", "1"))));
        await(() -> assertThat(jobs("requested")).hasSize(2));
        complete(newest("requested"), good(DIGEST), 0);
        await(() ->
                assertThat(condition("requested", "hello", "Ready").getStatus()).isEqualTo("True"));
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(jobs("requested")).hasSize(2));
    }

    private void fail(String namespace, String reason) {
        int number = jobs(namespace).size();
        var failure = new BuildReport.Failure(reason, "it failed", null, null, null, "", null);
        complete(newest(namespace), new BuildReport(null, 0, List.of(), null, 1, 0, Map.of(), failure), 1);
        await(() ->
                assertThat(condition(namespace, "hello", "Stalled").getStatus()).isEqualTo("True"));
        assertThat(status(namespace, "hello").buildNumber()).isEqualTo(number);
    }

    private Job newest(String namespace) {
        return jobs(namespace).stream()
                .max(Comparator.comparing(
                        job -> job.getMetadata().getAnnotations().get("strata.dev/build-number")))
                .orElseThrow();
    }
}
