/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.DIGEST;
import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Something removes finished Jobs.
class RemovedJobIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    @Test
    void theImageStaysReadyAndTheRequestOfTheBuildGoes() {
        builds.cluster().namespace("tidy", "baseline");
        builds.apply("tidy", "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs("tidy")).hasSize(1));
        Job job = builds.jobs("tidy").getFirst();
        builds.pushed.add(DIGEST);
        builds.jobController().complete(job, builds.good(DIGEST), 0);
        await(() -> assertThat(builds.condition("tidy", "hello", "Ready").getStatus())
                .isEqualTo("True"));
        assertThat(requests()).containsExactly(job.getMetadata().getName());

        builds.client().resource(job).delete();
        await(() -> assertThat(requests()).isEmpty());
        await(() -> assertThat(builds.status("tidy", "hello").history()).isNullOrEmpty());
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> {
                    assertThat(builds.condition("tidy", "hello", "Ready").getStatus())
                            .isEqualTo("True");
                    assertThat(builds.jobs("tidy")).isEmpty();
                });
        assertThat(builds.status("tidy", "hello").buildNumber()).isEqualTo(1);

        builds.merge("tidy", Map.of("metadata", Map.of("annotations", Map.of("strata.dev/rebuild-requested-at", "1"))));
        await(() -> assertThat(builds.jobs("tidy")).hasSize(1));
        assertThat(builds.status("tidy", "hello").buildNumber()).isEqualTo(2);
    }

    private List<String> requests() {
        return builds
                .client()
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
