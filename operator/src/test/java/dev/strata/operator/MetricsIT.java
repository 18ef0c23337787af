/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.DIGEST;
import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The gauges count what is there, not what was asked for; the document of the metrics names them all.
class MetricsIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    /// Builds of one namespace that run at a time.
    private static final int MOST = 5;

    @Test
    void whatIsDeletedOrSuspendedIsCountedNoMore() {
        builds.cluster().namespace("counted", "baseline");
        assertThat(gauge("active")).isZero();
        for (int i = 0; i < MOST; i++) {
            builds.apply("counted", "build" + i, "FROM scratch");
        }
        await(() -> assertThat(gauge("active")).isEqualTo(MOST));
        builds.apply("counted", "hello", "FROM scratch");
        await(() -> assertThat(builds.condition("counted", "hello", "Ready").getReason())
                .isEqualTo("Queued"));
        await(() -> assertThat(gauge("queued")).isEqualTo(1));
        assertThat(gauge("active")).isEqualTo(MOST);

        builds.merge("counted", Map.of("spec", Map.of("suspend", true)));
        await(() -> assertThat(gauge("queued")).isZero());
        builds.client()
                .resource(builds.imageBuild("counted", "build0", "FROM scratch", false))
                .delete();
        builds.client()
                .resource(builds.jobs("counted").stream()
                        .filter(job -> job.getMetadata().getName().startsWith("build0-"))
                        .findFirst()
                        .orElseThrow())
                .delete();
        await(() -> assertThat(gauge("active")).isEqualTo(MOST - 1));
    }

    /// A counter is there from its first value on, so a build has to end.
    @Test
    void theDocumentNamesEachMetricAndNoOther() throws IOException, InterruptedException {
        builds.cluster().namespace("told", "baseline");
        double before = gauge("active");
        builds.apply("told", "hello", "FROM scratch");
        await(() -> assertThat(builds.jobs("told")).hasSize(1));
        builds.pushed.add(DIGEST);
        builds.jobController().complete(builds.jobs("told").getFirst(), builds.good(DIGEST), 0);
        await(() -> assertThat(builds.condition("told", "hello", "Ready").getStatus())
                .isEqualTo("True"));
        await(() -> assertThat(gauge("active")).isEqualTo(before));

        assertThat(Series.documented(Path.of("../docs/metrics.md")))
                .containsExactlyInAnyOrderElementsOf(Series.scraped(scrape()));
    }

    private String scrape() throws IOException, InterruptedException {
        try (var health = new HealthServer(0, () -> null, () -> null, builds.meters::scrape);
                HttpClient http = HttpClient.newHttpClient()) {
            var metrics = URI.create("http://127.0.0.1:" + health.port() + "/metrics");
            return http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private double gauge(String name) {
        return builds.meters.get("strata.imagebuild." + name).gauge().value();
    }
}
