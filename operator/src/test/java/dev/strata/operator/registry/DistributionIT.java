/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.strata.crds.registry.Registry;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The generated configuration, user and certificate with the real registry.
/// `-Dstrata.test.registry=PATH` names its binary;
/// `e2e/cluster.sh` builds it.
class DistributionIT {
    private static final Path BINARY =
            Path.of(System.getProperty("strata.test.registry", "/var/cache/strata/bin/registry"));

    @TempDir
    Path directory = Path.of("unset");

    @Test
    void theRealRegistryTakesTheConfigurationAndTheUser() throws IOException, InterruptedException {
        assertThat(BINARY)
                .as("binary of CNCF Distribution; build it with e2e/cluster.sh")
                .isExecutable();
        int port = freePort();
        RegistryUser user = RegistryUser.generate(new SecureRandom());
        Process registry = start(user, port);
        try (var http = HttpClient.newBuilder().sslContext(context()).build()) {
            await().atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> status(http, "https://127.0.0.1:" + port + "/", "") == 200);
            String ping = "https://127.0.0.1:" + port + "/v2/";
            assertThat(status(http, ping, "")).isEqualTo(401);
            assertThat(status(http, ping, user.name() + ":" + user.password())).isEqualTo(200);
            assertThat(status(http, ping, user.name() + ":wrong")).isEqualTo(401);
        } finally {
            stop(registry);
        }
    }

    @Test
    void whatTheProbesAskTellsOfStorageThatFails() throws IOException, InterruptedException {
        int port = freePort();
        Process registry = start(RegistryUser.generate(new SecureRandom()), port);
        String probed = "https://127.0.0.1:" + port + "/";
        try (var http = HttpClient.newBuilder().sslContext(context()).build()) {
            await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> status(http, probed, "") == 200);
            // A link to itself cannot be looked at, which is another thing than no directory yet.
            Path data = directory.resolve("data");
            Files.createSymbolicLink(data, data);
            await().atMost(Duration.ofSeconds(20)).until(() -> status(http, probed, "") == 503);
            Files.delete(data);
            await().atMost(Duration.ofSeconds(20)).until(() -> status(http, probed, "") == 200);
        } finally {
            stop(registry);
        }
    }

    @Test
    void nothingOfTheProcessIsShownWithoutALogin() throws IOException, InterruptedException {
        assertThat(configuration()).doesNotContain("debug");
        int port = freePort();
        Process registry = start(RegistryUser.generate(new SecureRandom()), port);
        try (var http = HttpClient.newBuilder().sslContext(context()).build()) {
            String server = "https://127.0.0.1:" + port;
            await().atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> status(http, server + "/", "") == 200);
            for (String path : List.of("/debug/pprof/", "/debug/vars", "/debug/health", "/metrics")) {
                assertThat(status(http, server + path, "")).as(path).isEqualTo(404);
            }
            assertThat(Files.readString(directory.resolve("log"))).doesNotContain("debug server listening");
        } finally {
            stop(registry);
        }
    }

    private static void stop(Process registry) throws InterruptedException {
        registry.destroy();
        assertThat(registry.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private final Certificates certificates = new Certificates(new SecureRandom(), "svc.cluster.local");
    private final Certificates.Pair authority = certificates.authority(Instant.now());

    private Process start(RegistryUser user, int port) throws IOException {
        var leaf = certificates.issue(authority, "r", "r.n.svc.cluster.local", "127.0.0.1", Instant.now());
        Path tls = Files.createDirectory(directory.resolve("tls"));
        Files.writeString(tls.resolve("tls.crt"), leaf.certificate());
        Files.writeString(tls.resolve("tls.key"), leaf.key());
        Path auth = Files.createDirectory(directory.resolve("auth"));
        Files.writeString(auth.resolve("htpasswd"), user.htpasswd());
        Path config = Files.writeString(
                directory.resolve("config.yml"),
                configuration()
                        .replace("/etc/strata", directory.toString())
                        .replace("/var/lib/registry", directory.resolve("data").toString())
                        .replace("addr: :5000", "addr: 127.0.0.1:" + port)
                        .replace("interval: 10s", "interval: 1s"));
        var builder = new ProcessBuilder(BINARY.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        builder.environment().put("OTEL_TRACES_EXPORTER", "none");
        builder.environment().put("REGISTRY_HTTP_SECRET", user.httpSecret());
        return builder.start();
    }

    private static String configuration() {
        Registry registry = Serialization.unmarshal(
                "apiVersion: strata.dev/v1alpha1\nkind: Registry\nmetadata: {name: r, namespace: n}\nspec: {}",
                Registry.class);
        return new RegistryDesired(registry, RegistryNames.of(registry, "cluster.local")).configuration();
    }

    private javax.net.ssl.SSLContext context() {
        return TestTrust.of(authority.certificate());
    }

    private static int status(HttpClient http, String uri, String credentials)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(5));
        if (!credentials.isEmpty()) {
            request.header("Authorization", "Basic " + RegistryUser.base64(credentials));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
