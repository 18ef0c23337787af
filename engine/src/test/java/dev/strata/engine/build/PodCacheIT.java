/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.report.BuildReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The cache that builder pods share by way of a real registry.
class PodCacheIT {
    @TempDir
    Path directory;

    private Pods pods;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        pods = new Pods(directory);
    }

    @AfterEach
    void stop() {
        pods.close();
    }

    @Test
    void goodStepsOfAFailedBuildAreFoundByTheNextPod() throws Exception {
        String start = "FROM " + pods.name("base/busybox:1") + "\nRUN echo slow > /slow\n";
        pods.build("first", pods.request(pods.name("team/app/cache"), Map.of("Dockerfile", start + "RUN exit 1\n")));
        BuildReport second = pods.build(
                "second", pods.request(pods.name("team/app/cache"), Map.of("Dockerfile", start + "RUN exit 0\n")));

        assertThat(second.failure()).isNull();
        assertThat(second.cachedSteps()).isEqualTo(1);
    }

    @Test
    void aFailedBuildForgetsNothingOfTheStepsBehindIt() throws Exception {
        String start = "FROM " + pods.name("base/busybox:1") + "\nRUN echo one > /one\n";
        String end = "RUN echo three > /three\n";
        pods.build("first", pods.request(pods.name("team/app/cache"), Map.of("Dockerfile", start + end)));
        pods.build(
                "broken",
                pods.request(pods.name("team/app/cache"), Map.of("Dockerfile", start + "RUN exit 1\n" + end)));
        BuildReport mended =
                pods.build("mended", pods.request(pods.name("team/app/cache"), Map.of("Dockerfile", start + end)));

        assertThat(mended.failure()).isNull();
        assertThat(mended.cachedSteps()).isEqualTo(2);
    }

    @Test
    void aDamagedCacheIsOnlyANote() throws Exception {
        var store = pods.builds().store();
        ImageReference cache = ImageReference.parse(pods.name("team/app/cache:scope"));
        for (String garbage : List.of("no JSON", "{}", "{\"records\":{\"x\":{}}}")) {
            Descriptor config = store.blobs().put(RegistryCache.CONFIG_TYPE, garbage.getBytes(UTF_8));
            store.registry().pushBlob(cache, config, store.blobs());
            store.registry()
                    .pushManifest(
                            cache,
                            MediaTypes.OCI_MANIFEST,
                            OciJson.bytes(new Manifest(
                                    MediaTypes.OCI_MANIFEST,
                                    RegistryCache.ARTIFACT_TYPE,
                                    config,
                                    List.of(),
                                    Map.of())));

            BuildReport report = pods.build(
                    "pod",
                    pods.request(
                            pods.name("team/app/cache"), Map.of("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")));

            assertThat(report.failure()).isNull();
            assertThat(pods.log()).contains("built without a cache: ");
            assertThat(new RegistryCache(store, cache).load()).hasSize(1);
        }
    }

    @Test
    void aCacheThatCannotBeKeptIsOnlyANote() throws Exception {
        HttpServer refusing = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        refusing.createContext("/", exchange -> {
            exchange.sendResponseHeaders(exchange.getRequestMethod().equals("GET") ? 404 : 403, -1);
            exchange.close();
        });
        refusing.start();
        try {
            BuildReport report = pods.build(
                    "pod",
                    pods.request(
                            "127.0.0.1:" + refusing.getAddress().getPort() + "/cache",
                            Map.of("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")));

            assertThat(report.failure()).isNull();
            assertThat(report.image()).isNotNull();
            assertThat(pods.log()).contains("the cache could not be kept: ");
        } finally {
            refusing.stop(0);
        }
    }
}
