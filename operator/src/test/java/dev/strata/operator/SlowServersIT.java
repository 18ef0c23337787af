/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Servers that accept and never answer hold nobody up but the builds that name them.
class SlowServersIT extends BuildsOnApiServer {
    private static final int MANY = 30;

    @Test
    void aNamespaceWithASlowGitServerHoldsNoOtherUp() throws IOException {
        namespace("slow", "baseline");
        namespace("quick", "baseline");
        // A loopback address is refused.
        InetAddress own = NetworkInterface.networkInterfaces()
                .filter(SlowServersIT::up)
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet4Address.class::isInstance)
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(own != null, "this host has no network");
        Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
        try (var server = new ServerSocket()) {
            server.bind(new InetSocketAddress(own, 0));
            Thread.ofVirtual().start(() -> accept(server, accepted));
            String slow = "https://" + own.getHostAddress() + ":" + server.getLocalPort() + "/app";
            for (int i = 0; i < MANY; i++) {
                create("slow", "slow-" + i, slow);
            }
            Awaitility.await().until(() -> accepted.size() >= 2);

            apply("quick", "inline", "FROM scratch");
            create("quick", "git", "https://git.invalid/app");
            Awaitility.await("others")
                    .atMost(Duration.ofSeconds(5))
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        assertThat(condition("quick", "inline", "Ready").getReason())
                                .isEqualTo("Building");
                        assertThat(condition("quick", "git", "Ready").getReason())
                                .isEqualTo("GitUnreachable");
                        assertThat(condition("slow", "slow-29", "Ready").getReason())
                                .isEqualTo("LookingUp");
                    });
        }
        // Hung up, so that each look-up ends.
        accepted.forEach(SlowServersIT::close);
        await(() -> assertThat(condition("slow", "slow-0", "Ready").getReason()).isEqualTo("GitUnreachable"));
    }

    private static boolean up(NetworkInterface network) {
        try {
            return network.isUp() && !network.isLoopback();
        } catch (SocketException e) {
            return false;
        }
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
        client.resource(Serialization.unmarshal("""
                        apiVersion: strata.dev/v1alpha1
                        kind: ImageBuild
                        metadata: {name: %s, namespace: %s}
                        spec:
                          source: {git: {url: "%s", revision: main}}
                          output: {image: "%s", secretRef: {name: push}}
                          triggers: {git: {interval: 5s}}
                        """.formatted(name, namespace, url, repository()), ImageBuild.class))
                .create();
    }
}
