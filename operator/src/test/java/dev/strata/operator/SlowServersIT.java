/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Servers that accept and never answer hold nobody up but the builds that name them.
class SlowServersIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    private static final int MANY = 30;

    /// The operator asks no loopback address, so the loopback device gets one that is none (RFC 5737).
    private static final String ADDRESS = "192.0.2.77";

    @BeforeAll
    static void addTheAddress() throws IOException, InterruptedException {
        // The kernel takes it away again where this process is killed.
        ip("replace", ADDRESS + "/32", "dev", "lo", "valid_lft", "600", "preferred_lft", "600");
    }

    @AfterAll
    static void removeTheAddress() throws IOException, InterruptedException {
        ip("delete", ADDRESS + "/32", "dev", "lo");
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("ip", "address"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + ": " + output)
                .isZero();
    }

    @Test
    void aNamespaceWithASlowGitServerHoldsNoOtherUp() throws Exception {
        builds.cluster().namespace("slow", "baseline");
        builds.cluster().namespace("quick", "baseline");
        Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
        try (var server = new ServerSocket()) {
            server.bind(new InetSocketAddress(ADDRESS, 0));
            Thread.ofVirtual().start(() -> accept(server, accepted));
            String slow = "https://" + ADDRESS + ":" + server.getLocalPort() + "/app";
            for (int i = 0; i < MANY; i++) {
                create("slow", "slow-" + i, slow);
            }
            Awaitility.await().until(() -> accepted.size() >= 2);

            builds.apply("quick", "inline", "FROM scratch");
            create("quick", "git", "https://git.invalid/app");
            Awaitility.await("others")
                    .atMost(Duration.ofSeconds(5))
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        assertThat(builds.condition("quick", "inline", "Ready").getReason())
                                .isEqualTo("Building");
                        assertThat(builds.condition("quick", "git", "Ready").getReason())
                                .isEqualTo("GitUnreachable");
                        assertThat(builds.condition("slow", "slow-29", "Ready").getReason())
                                .isEqualTo("LookingUp");
                    });
        }
        // Hung up, so that each look-up ends.
        accepted.forEach(SlowServersIT::close);
        await(() -> assertThat(builds.condition("slow", "slow-0", "Ready").getReason())
                .isEqualTo("GitUnreachable"));
    }

    private static void accept(ServerSocket server, Queue<Socket> accepted) {
        try {
            while (true) {
                accepted.add(server.accept());
            }
        } catch (IOException e) {
            // The test has ended.
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }

    private void create(String namespace, String name, String url) {
        builds.client()
                .resource(Serialization.unmarshal(
                        """
                        apiVersion: strata.dev/v1alpha1
                        kind: ImageBuild
                        metadata: {name: %s, namespace: %s}
                        spec:
                          source: {git: {url: "%s", revision: main}}
                          output: {image: "%s", secretRef: {name: push}}
                          triggers: {git: {interval: 5s}}
                        """.formatted(name, namespace, url, builds.repository()), ImageBuild.class))
                .create();
    }
}
