/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.strata.operator.registry.TestAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Registries that answer as no registry does must not hold up the agent, which serves the others.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileRegistriesIT {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String GOOD = "r.team.svc.cluster.local:5000";

    private final TestAuthority authority = TestAuthority.create();
    private final HttpsServer good = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final ServerSocket hostile = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());

    @TempDir
    Path root = Path.of("unset");

    HostileRegistriesIT() throws IOException {}

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        for (String name : new String[] {"trust", "certs.d", "seccomp"}) {
            Files.createDirectory(root.resolve(name));
        }
        Files.writeString(root.resolve("profile.json"), "{}");
        good.setHttpsConfigurator(new HttpsConfigurator(authority.serverContext("127.0.0.1")));
        good.createContext("/", exchange -> {
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        good.start();
    }

    @AfterEach
    void stop() throws IOException {
        good.stop(0);
        hostile.close();
    }

    @Test
    void aRegistryThatDripsBytesIsGivenUpAtTheLimit() throws IOException {
        Thread.ofVirtual().start(this::drip);
        var entry = Objects.requireNonNull(TrustEntry.parse(GOOD, entry("r.team")));
        long before = System.nanoTime();
        assertThat(new SelfTest(LIMIT).of(entry, hostile.getLocalPort())).isEqualTo(Ready.no("Unreachable"));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LIMIT.multipliedBy(4));
    }

    @Test
    void manyBlackHolesOfOneNamespaceHoldUpNeitherTheReportNorAnotherNamespace()
            throws IOException, InterruptedException {
        for (int i = 0; i < 60; i++) {
            trust("hole" + i + ".evil");
        }
        trust("r.team");
        Agent agent = agent();

        long before = System.nanoTime();
        Agent.Report report = agent.round();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PATIENCE.multipliedBy(3));
        assertThat(report.seccomp()).isEqualTo(Ready.yes("Installed"));
        assertThat(report.registries()).hasSize(61).containsEntry(GOOD, Ready.yes("Reachable"));
        assertThat(report.registries()).containsValue(Ready.no("NotTestedYet"));
        assertThat(root.resolve("certs.d")).isDirectoryContaining("glob:**hole59.evil.svc*");

        // They go on from where they were, and another Registry need not wait for them.
        trust("later.team");
        var next = agent.round().registries();
        assertThat(next).containsEntry("later.team.svc.cluster.local:5000", Ready.yes("Reachable"));
        assertThat(untested(next)).isLessThan(untested(report.registries()));
    }

    @Test
    void filesAreWrittenBeforeTheFirstTest() throws IOException, InterruptedException {
        trust("r.team");
        var selfTests = new SelfTests(
                entry -> Ready.no(
                        Files.exists(root.resolve("seccomp/strata/builder.json"))
                                        && Files.exists(root.resolve("certs.d").resolve(GOOD))
                                ? "FilesWereThere"
                                : "FilesWereMissing"),
                LIMIT);
        assertThat(new Agent(settings(), selfTests).round().registries())
                .containsEntry(GOOD, Ready.no("FilesWereThere"));
    }

    private static long untested(Map<String, Ready> registries) {
        return registries.values().stream()
                .filter(Ready.no("NotTestedYet")::equals)
                .count();
    }

    /// A record header of TLS that promises 16 KiB, and then a byte now and then.
    private void drip() {
        try (Socket socket = hostile.accept();
                OutputStream stream = socket.getOutputStream()) {
            stream.write(new byte[] {0x16, 0x03, 0x03, 0x3f, (byte) 0xff});
            while (true) {
                stream.write(0x02);
                stream.flush();
                TimeUnit.MILLISECONDS.sleep(LIMIT.toMillis() / 10);
            }
        } catch (IOException | InterruptedException e) {
            // the other side has gone
        }
    }

    private Agent agent() {
        var test = new SelfTest(LIMIT);
        return new Agent(
                settings(),
                new SelfTests(
                        entry -> test.of(
                                entry,
                                entry.namespace().equals("team")
                                        ? good.getAddress().getPort()
                                        : hostile.getLocalPort()),
                        PATIENCE));
    }

    private AgentSettings settings() {
        return new AgentSettings(
                "node-1",
                "cluster.local",
                root.resolve("trust"),
                root.resolve("certs.d"),
                Path.of("/node/certs.d"),
                root.resolve("seccomp"),
                root.resolve("profile.json"));
    }

    private void trust(String registry) throws IOException {
        Files.writeString(root.resolve("trust").resolve(registry + ".json"), entry(registry));
    }

    private String entry(String registry) throws IOException {
        return new ObjectMapper()
                .writeValueAsString(Map.of(
                        "host",
                        registry + ".svc.cluster.local:5000",
                        "endpoint",
                        "https://127.0.0.1:5000",
                        "ca",
                        authority.certificate()));
    }
}
