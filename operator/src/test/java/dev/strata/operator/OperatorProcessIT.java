/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.operator.apiserver.ApiServer;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The operator as a process of its own, from its start to a graceful stop.
class OperatorProcessIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void itLeadsBecomesReadyTellsMetricsAndStopsOnTerm() throws IOException, InterruptedException {
        try (ApiServer server = ApiServer.start();
                HttpClient http = HttpClient.newHttpClient()) {
            server.installCrds();
            server.client()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName("strata-system")
                            .endMetadata()
                            .build())
                    .create();
            int port = ApiServer.freePort();
            Path log = directory.resolve("operator.log");
            Process process = start(server, port, log);
            try {
                Awaitility.await("readiness; log: " + log)
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(500))
                        .ignoreExceptions()
                        .untilAsserted(
                                () -> assertThat(get(http, port, "/readyz").statusCode())
                                        .isEqualTo(200));
                assertThat(get(http, port, "/livez").statusCode()).isEqualTo(200);
                assertThat(get(http, port, "/metrics").body()).contains("strata_imagebuild_active 0.0");
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(server.client()
                                        .leases()
                                        .inNamespace("strata-system")
                                        .withName("strata-operator")
                                        .get()
                                        .getSpec()
                                        .getHolderIdentity())
                                .isEqualTo("strata-operator-test"));
            } finally {
                process.destroy();
            }
            assertThat(process.waitFor(20, TimeUnit.SECONDS))
                    .as("it stops, log: %s", Files.readString(log))
                    .isTrue();
            assertThat(Files.readAllLines(log)).allMatch(line -> line.startsWith("{\"@timestamp\":"));
        }
    }

    private static Process start(ApiServer server, int port, Path log) throws IOException {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                OperatorMain.class.getName());
        builder.environment().putAll(server.environment());
        builder.environment()
                .putAll(Map.of(
                        "STRATA_NAMESPACE", "strata-system",
                        "STRATA_POD_NAME", "strata-operator-test",
                        "STRATA_BUILDER_IMAGE", "local/strata-builder:1",
                        "STRATA_REGISTRY_IMAGE", "local/strata-registry:1",
                        "STRATA_HTTP_PORT", String.valueOf(port)));
        return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private static HttpResponse<String> get(HttpClient http, int port, String path)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
