/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Something removes finished Jobs.
class RemovedJobIT extends BuildsOnApiServer {
    @Test
    void theImageStaysReadyAndTheRequestOfTheBuildGoes() {
        namespace("tidy", "baseline");
        apply("tidy", "hello", "FROM scratch");
        await(() -> assertThat(jobs("tidy")).hasSize(1));
        Job job = jobs("tidy").getFirst();
        pushed.add(DIGEST);
        complete(job, good(DIGEST), 0);
        await(() -> assertThat(condition("tidy", "hello", "Ready").getStatus()).isEqualTo("True"));
        assertThat(requests()).containsExactly(job.getMetadata().getName());

        client.resource(job).delete();
        await(() -> assertThat(requests()).isEmpty());
        await(() -> assertThat(status("tidy", "hello").history()).isNullOrEmpty());
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> {
                    assertThat(condition("tidy", "hello", "Ready").getStatus()).isEqualTo("True");
                    assertThat(jobs("tidy")).isEmpty();
                });
        assertThat(status("tidy", "hello").buildNumber()).isEqualTo(1);

        merge("tidy", Map.of("metadata", Map.of("annotations", Map.of("strata.dev/rebuild-requested-at", "1"))));
        await(() -> assertThat(jobs("tidy")).hasSize(1));
        assertThat(status("tidy", "hello").buildNumber()).isEqualTo(2);
    }

    private List<String> requests() {
        return client
                .configMaps()
                .inNamespace("tidy")
                .withLabel("strata.dev/imagebuild", "hello")
                .list()
                .getItems()
                .stream()
                .map(map -> map.getMetadata().getName())
                .toList();
    }
}
