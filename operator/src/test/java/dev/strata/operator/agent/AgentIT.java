/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.strata.operator.registry.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent on temporary directories, against a TLS server on loopback.
class AgentIT {
    private static final String HOST = "r.default.svc.cluster.local:5000";

    private final TestAuthority authority = TestAuthority.create();
    private final TestAuthority other = TestAuthority.create();

    @TempDir
    Path root = Path.of("unset");

    private HttpsServer server = serverOf("127.0.0.1", 401);
    private int port = server.getAddress().getPort();

    AgentIT() throws IOException, GeneralSecurityException {}

    @BeforeEach
    void directories() throws IOException {
        for (String name : new String[] {"trust", "certs.d", "seccomp"}) {
            Files.createDirectory(root.resolve(name));
        }
        Files.writeString(root.resolve("profile.json"), "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aTrustedRegistryIsWrittenAndReached() throws IOException {
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        assertThat(round().line())
                .isEqualTo("{\"node\":\"node-1\",\"reachable\":[\"r.default\"],\"failing\":{},"
                        + "\"seccomp\":{\"ready\":true,\"reason\":\"Installed\"}}");
        assertThat(certs().resolve("hosts.toml")).hasContent("""
                # Written by strata-node-agent; do not edit.
                server = "https://127.0.0.1:5000"
                capabilities = ["pull", "resolve"]
                ca = "/node/certs.d/r.default.svc.cluster.local:5000/ca.crt"

                [host."https://127.0.0.1:5000"]
                  capabilities = ["pull", "resolve"]
                  ca = "/node/certs.d/r.default.svc.cluster.local:5000/ca.crt"
                """);
        assertThat(certs().resolve("ca.crt")).content().endsWith(authority.certificate());
        assertThat(root.resolve("seccomp/strata/builder.json")).hasSameTextualContentAs(root.resolve("profile.json"));
    }

    @Test
    void aRoundThatChangesNothingWritesNothing() throws IOException {
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        round();
        Object before = Files.getAttribute(certs().resolve("hosts.toml"), "unix:ino");
        Object profile = Files.getAttribute(root.resolve("seccomp/strata/builder.json"), "unix:ino");
        round();
        assertThat(Files.getAttribute(certs().resolve("hosts.toml"), "unix:ino"))
                .isEqualTo(before);
        assertThat(Files.getAttribute(root.resolve("seccomp/strata/builder.json"), "unix:ino"))
                .isEqualTo(profile);
    }

    @Test
    void aRegistryThatIsGoneIsRemovedAndForeignDirectoriesStay() throws IOException {
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        round();
        Files.createDirectories(root.resolve("certs.d/_default"));
        Files.writeString(root.resolve("certs.d/_default/hosts.toml"), "# an administrator's\n");
        Path foreign = Files.createDirectory(root.resolve("certs.d/x.y.svc.cluster.local:5000"));
        Files.writeString(foreign.resolve("hosts.toml"), "# an administrator's\n");
        Files.delete(root.resolve("trust/r.default.json"));
        round();
        assertThat(certs()).doesNotExist();
        assertThat(root.resolve("certs.d/_default/hosts.toml")).exists();
        assertThat(foreign.resolve("hosts.toml")).hasContent("# an administrator's\n");
    }

    @Test
    void anUnreadableMountRemovesNothing() throws IOException {
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        round();
        Files.move(root.resolve("trust"), root.resolve("moved"));
        round();
        assertThat(certs().resolve("hosts.toml")).exists();
    }

    @Test
    void anAdministratorsFileIsNotTouched() throws IOException {
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        Files.createDirectory(certs());
        Files.writeString(certs().resolve("hosts.toml"), "# an administrator's\n");
        assertThat(reason()).isEqualTo("NotOurs");
        assertThat(certs().resolve("hosts.toml")).hasContent("# an administrator's\n");
        assertThat(certs().resolve("ca.crt")).doesNotExist();
    }

    @Test
    void aLinkInPlaceOfTheDirectoryIsNotFollowed() throws IOException {
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Files.createSymbolicLink(certs(), elsewhere);
        assertThat(reason()).isEqualTo("NotOurs");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void withoutTheDirectoryOfContainerdTheReasonSaysSo() throws IOException {
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        Files.delete(root.resolve("certs.d"));
        assertThat(reason()).isEqualTo("ConfigPathMissing");
    }

    @Test
    void anEntryThatIsNotExactIsRefused() throws IOException {
        String ca = authority.certificate();
        for (String endpoint : new String[] {
            "http://127.0.0.1:5000",
            "https://127.0.0.1:5001",
            "https://evil.example:5000",
            "https://127.0.0.1\"x:5000",
            "https://127.0.0.999:5000",
            "https://:5000"
        }) {
            trust(HOST, endpoint, ca);
            assertThat(reason()).as(endpoint).isEqualTo("EntryInvalid");
        }
        trust("_default", "https://127.0.0.1:5000", ca);
        assertThat(reason()).isEqualTo("EntryInvalid");
        trust(HOST, "https://127.0.0.1:5000", ca + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThat(reason()).isEqualTo("EntryInvalid");
        trust(HOST, "https://127.0.0.1:5000", "");
        assertThat(reason()).isEqualTo("EntryInvalid");
        assertThat(certs()).doesNotExist();
    }

    @Test
    void anotherAuthorityFailsTheHandshake() throws IOException {
        trust(HOST, "https://127.0.0.1:5000", other.certificate());
        assertThat(reason()).isEqualTo("TlsFailed");
        assertThat(round().line()).contains("\"reachable\":[],\"failing\":{\"TlsFailed\":[\"r.default\"]}");
    }

    @Test
    void aCertificateWithoutTheAddressFailsTheHandshake() throws IOException, GeneralSecurityException {
        replaceServer("127.0.0.9", 401);
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        assertThat(reason()).isEqualTo("TlsFailed");
    }

    @Test
    void aServerThatIsNoRegistryIsNotReady() throws IOException, GeneralSecurityException {
        replaceServer("127.0.0.1", 404);
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        assertThat(reason()).isEqualTo("UnexpectedAnswer");
    }

    @Test
    void aClosedPortIsUnreachable() throws IOException {
        server.stop(0);
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        trust(HOST, "https://127.0.0.1:5000", authority.certificate());
        assertThat(reason()).isEqualTo("Unreachable");
    }

    @Test
    void settingsThatCannotBeWrittenIntoTomlAreRefused() {
        assertThatCode(() -> AgentSettings.from(Map.of("STRATA_NODE", "n"))).doesNotThrowAnyException();
        assertThatCode(() -> AgentSettings.from(Map.of())).hasMessageContaining("STRATA_NODE");
        assertThatCode(() -> AgentSettings.from(Map.of("STRATA_NODE", "n", "STRATA_CERTS_D", "/a\"b")))
                .hasMessageContaining("STRATA_CERTS_D");
    }

    private Path certs() {
        return root.resolve("certs.d").resolve(HOST);
    }

    private String reason() {
        Ready ready = Objects.requireNonNull(round().registries().get(HOST), "no report about " + HOST);
        assertThat(ready.ready()).isFalse();
        return ready.reason();
    }

    private Agent.Report round() {
        var settings = new AgentSettings(
                "node-1",
                "cluster.local",
                root.resolve("trust"),
                root.resolve("certs.d"),
                Path.of("/node/certs.d"),
                root.resolve("seccomp"),
                root.resolve("profile.json"));
        var test = new SelfTest(Duration.ofSeconds(2));
        try {
            return new Agent(settings, new SelfTests(entry -> test.of(entry, port), Duration.ofSeconds(5))).round();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void trust(String host, String endpoint, String ca) throws IOException {
        Files.writeString(
                root.resolve("trust/r.default.json"),
                new ObjectMapper().writeValueAsString(Map.of("host", host, "endpoint", endpoint, "ca", ca)));
    }

    private void replaceServer(String address, int status) throws IOException, GeneralSecurityException {
        server.stop(0);
        server = serverOf(address, status);
        port = server.getAddress().getPort();
    }

    private HttpsServer serverOf(String address, int status) throws IOException, GeneralSecurityException {
        var made = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        made.setHttpsConfigurator(new HttpsConfigurator(authority.serverContext(address)));
        made.createContext("/", exchange -> {
            boolean asked = exchange.getRequestURI().getPath().equals("/v2/");
            exchange.sendResponseHeaders(asked ? status : 500, -1);
            exchange.close();
        });
        made.start();
        return made;
    }
}
