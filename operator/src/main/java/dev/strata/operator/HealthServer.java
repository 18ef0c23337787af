/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers `/livez`, `/readyz` (200, or 503 with what is wrong) and `/metrics`.
final class HealthServer implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    /// Any pod of the cluster may connect: so many may at once, and a request must be whole within so many seconds.
    private static final Map<String, String> LIMITS =
            Map.of("jdk.httpserver.maxConnections", "100", "sun.net.httpserver.maxReqTime", "3");

    static {
        // The JDK's server reads them when its first class loads.
        LIMITS.forEach(System::setProperty);
    }

    private final HttpServer server;

    /// Listens on all addresses of the pod; port 0 takes a free one.
    HealthServer(int port, Supplier<@Nullable String> alive, Supplier<@Nullable String> ready, Supplier<String> metrics)
            throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/livez", exchange -> probe(exchange, alive.get()));
        server.createContext("/readyz", exchange -> probe(exchange, ready.get()));
        server.createContext("/metrics", exchange -> answer(exchange, OK, metrics.get()));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void probe(HttpExchange exchange, @Nullable String trouble) throws IOException {
        answer(exchange, trouble == null ? OK : UNAVAILABLE, trouble == null ? "ok\n" : trouble + "\n");
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
