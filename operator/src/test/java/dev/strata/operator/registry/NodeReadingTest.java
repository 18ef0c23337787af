/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How often the agents' logs are read when many Registries ask at once.
class NodeReadingTest {
    /// Longer than a reading counts.
    private static final int SLOW_MILLIS = 2500;

    private final AtomicInteger readings = new AtomicInteger();
    private final HttpServer server;
    private final KubernetesClient client;

    NodeReadingTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .build())
                .build();
    }

    @BeforeEach
    void start() {
        server.createContext("/api/v1/namespaces/strata-system/pods", exchange -> {
            readings.incrementAndGet();
            try {
                Thread.sleep(SLOW_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            answer(exchange, "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[]}");
        });
        server.createContext(
                "/apis/apps/v1/",
                exchange -> answer(
                        exchange,
                        "{\"kind\":\"DaemonSet\",\"apiVersion\":\"apps/v1\",\"status\":{\"desiredNumberScheduled\":3}}"));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    @Test
    void manyWhoAskAtOnceShareOneReadingHoweverLongItTakes() throws Exception {
        var reports = new NodeReports(client, "strata-system");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<NodeReports.Reading>>();
            for (int i = 0; i < 8; i++) {
                answers.add(threads.submit(reports::read));
            }
            for (Future<NodeReports.Reading> answer : answers) {
                assertThat(answer.get().without()).isEqualTo(3);
            }
        }
        reports.read();
        assertThat(readings).hasValue(1);
    }

    @Test
    void whoeverAsksWhileItIsReadGoesOnWithTheLastReading() throws Exception {
        var reports = new NodeReports(client, "strata-system");
        NodeReports.Reading first = reports.read();
        Thread.sleep(SLOW_MILLIS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<NodeReports.Reading> second = threads.submit(reports::read);
            Thread.sleep(SLOW_MILLIS / 5);
            assertThat(reports.read()).isSameAs(first);
            assertThat(second.get()).isNotSameAs(first);
        }
        assertThat(readings).hasValue(2);
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
