/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.DIGEST;
import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Builds that wait for a slot.
class QueuedBuildsIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    /// As many of one namespace run as the setting that nobody has changed says.
    private static final int RUN = 5;

    private static final int WAIT = 8;

    @Test
    void theyAskTheApiServerNothingAndStartWhenAnotherEnds() throws InterruptedException {
        builds.cluster().namespace("many", "baseline");
        for (int i = 0; i < RUN + WAIT; i++) {
            builds.apply("many", "app-" + i, "FROM scratch");
        }
        await(() -> {
            assertThat(builds.jobs("many")).hasSize(RUN);
            assertThat(queued()).isEqualTo(WAIT);
        });
        double before = reads();
        assertThat(before).isGreaterThan(RUN);
        TimeUnit.SECONDS.sleep(12);
        assertThat(reads() - before).as("reads of two rounds").isZero();

        Job first = builds.jobs("many").getFirst();
        builds.pushed.add(DIGEST);
        builds.jobController().complete(first, builds.good(DIGEST), 0);
        Awaitility.await("the next is woken")
                .atMost(Duration.ofSeconds(3))
                .until(() -> builds.jobs("many").size() == RUN + 1);
        await(() -> assertThat(queued()).isEqualTo(WAIT - 1));
    }

    private long queued() {
        return builds.client().resources(ImageBuild.class).inNamespace("many").list().getItems().stream()
                .map(build -> builds.condition("many", build.getMetadata().getName(), "Ready"))
                .filter(ready -> ready.getReason().equals("Queued"))
                .count();
    }

    /// What a build needs to be there, read by anybody, as the API server itself counts.
    private double reads() {
        return builds.client()
                .raw("/metrics")
                .lines()
                .filter(line -> line.startsWith("apiserver_request_total{"))
                .filter(line -> List.of("nodes", "daemonsets", "secrets").stream()
                        .anyMatch(kind -> line.contains("resource=\"" + kind + "\"")))
                .filter(line -> line.contains("verb=\"GET\"") || line.contains("verb=\"LIST\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
