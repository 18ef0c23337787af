/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// The gauges count what is there, not what was asked for.
class MetricsIT extends BuildsOnApiServer {
    /// The preset of `STRATA_MAX_ACTIVE_BUILDS`.
    /// Builds of one namespace that run at a time.
    private static final int MOST = 5;

    @Test
    void whatIsDeletedOrSuspendedIsCountedNoMore() {
        namespace("counted", "baseline");
        assertThat(gauge("active")).isZero();
        for (int i = 0; i < MOST; i++) {
            apply("counted", "build" + i, "FROM scratch");
        }
        await(() -> assertThat(gauge("active")).isEqualTo(MOST));
        apply("counted", "hello", "FROM scratch");
        await(() ->
                assertThat(condition("counted", "hello", "Ready").getReason()).isEqualTo("Queued"));
        await(() -> assertThat(gauge("queued")).isEqualTo(1));
        assertThat(gauge("active")).isEqualTo(MOST);

        merge("counted", Map.of("spec", Map.of("suspend", true)));
        await(() -> assertThat(gauge("queued")).isZero());
        client.resource(imageBuild("counted", "build0", "FROM scratch", false)).delete();
        client.resource(jobs("counted").stream()
                        .filter(job -> job.getMetadata().getName().startsWith("build0-"))
                        .findFirst()
                        .orElseThrow())
                .delete();
        await(() -> assertThat(gauge("active")).isEqualTo(MOST - 1));
    }

    private double gauge(String name) {
        return meters.get("strata.imagebuild." + name).gauge().value();
    }
}
