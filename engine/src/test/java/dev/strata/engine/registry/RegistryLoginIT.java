/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.trust.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who a client is to a registry and to its token server, and whom it trusts.
class RegistryLoginIT {
    @TempDir
    Path directory;

    private Clients clients;

    @BeforeEach
    void openStore() throws IOException {
        clients = new Clients(directory);
    }

    @Test
    void aPasswordIsNeededAndSufficientWhereTheRegistryAsksForOne() throws IOException {
        try (var registry = TestRegistry.withLogin(directory.resolve("registry"));
                var known = clients.login(registry.address(), TestRegistry.PASSWORD);
                var wrong = clients.login(registry.address(), "guessed");
                var nobody = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            clients.push(known, name, Clients.AMD64, Clients.random(100));
            Clients.assertFails(ProblemCode.PullUnauthorized, () -> nobody.manifest(name));
            Clients.assertFails(ProblemCode.PullUnauthorized, () -> wrong.manifest(name));
            Clients.assertFails(ProblemCode.PushUnauthorized, () -> wrong.hasBlob(name, Digest.of("nothing")));
            assertThatThrownBy(() -> clients.push(wrong, name, Clients.AMD64, Clients.random(100)))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains(
                                            "[PushUnauthorized]",
                                            "answered 401",
                                            "Try: give credentials for " + registry.address())
                                    .doesNotContain("guessed"));
        }
    }

    @Test
    void tlsTrustsTheGivenAuthorityOnly() throws Exception {
        Path ca = TestCertificates.make(directory.resolve("pki"));
        try (var registry = TestRegistry.withTls(
                        directory.resolve("registry"),
                        directory.resolve("pki/server.crt"),
                        directory.resolve("pki/server.key"));
                var trusting = new RegistryClient(tls(ca));
                var strange = new RegistryClient(tls(null))) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            clients.push(trusting, name, Clients.AMD64, Clients.random(100));
            assertThat(trusting.manifest(name)).isPresent();
            assertThatThrownBy(() -> strange.manifest(name))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains("[RegistryUnreachable]", "certification path", "as the CA bundle"));
        }
    }

    @Test
    void tokensAreFetchedPerRepositoryAndKept() throws Exception {
        try (var tokens = TokenServer.start();
                var registry = TestRegistry.withTokens(directory.resolve("registry"), tokens);
                var known = clients.login(registry.address(), TestRegistry.PASSWORD);
                var nobody = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/public/app:1");
            clients.push(known, name, Clients.AMD64, Clients.random(100));
            assertThat(tokens.requests()).containsExactly("GET repository:public/app:pull,push");
            assertThat(nobody.manifest(name)).isPresent();
            assertThat(nobody.manifest(name)).isPresent();
            assertThat(tokens.requests()).hasSize(2).last().isEqualTo("GET repository:public/app:pull");
            Clients.assertFails(
                    ProblemCode.PushUnauthorized, () -> clients.push(nobody, name, Clients.AMD64, Clients.random(200)));
            ImageReference secret = ImageReference.parse(registry.address() + "/secret/app:1");
            Clients.assertFails(ProblemCode.PullUnauthorized, () -> nobody.manifest(secret));
            assertThat(known.manifest(secret)).isEmpty();
        }
    }

    @Test
    void aRefreshTokenIsExchangedByPost() throws Exception {
        try (var tokens = TokenServer.start();
                var registry = TestRegistry.withTokens(directory.resolve("registry"), tokens);
                var good = clients.identity(registry.address(), TokenServer.REFRESH_TOKEN);
                var bad = clients.identity(registry.address(), "stolen")) {
            ImageReference name = ImageReference.parse(registry.address() + "/secret/app:1");
            clients.push(good, name, Clients.AMD64, Clients.random(100));
            assertThat(tokens.requests()).containsExactly("POST repository:secret/app:pull,push");
            assertThatThrownBy(() -> bad.manifest(name))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains("[PullUnauthorized]", "POST " + tokens.realm())
                                    .doesNotContain("stolen"));
        }
    }

    @Test
    void aTokenThatIsNoLongerTakenIsFetchedAgain() throws Exception {
        try (var tokens = TokenServer.start();
                var registry = TestRegistry.withTokens(directory.resolve("registry"), tokens);
                var proxy = FaultProxy.before(registry);
                var client = clients.login(proxy.address(), TestRegistry.PASSWORD)) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/app:1");
            clients.push(client, name, Clients.AMD64, Clients.random(100));
            assertThat(tokens.requests()).hasSize(1);
            proxy.answerNext("401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"" + tokens.realm() + "\",service=\""
                    + TokenServer.SERVICE + "\",scope=\"repository:team/app:push,pull\"");
            proxy.drop();
            clients.push(client, name, Clients.AMD64, Clients.random(200));
            assertThat(proxy.answersLeft()).isZero();
            assertThat(tokens.requests()).hasSize(2);
        }
    }

    @Test
    void aTokenServerWithoutTlsElsewhereGetsNothing() throws Exception {
        try (var tokens = TokenServer.start();
                var registry =
                        TestRegistry.withTokens(directory.resolve("registry"), tokens, "http://auth.example/token");
                var client = clients.login(registry.address(), TestRegistry.PASSWORD)) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            assertThatThrownBy(() -> client.manifest(name))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains(
                                            "[PullUnauthorized]",
                                            "http://auth.example/token, which is not an https URL"));
        }
    }

    @Test
    void anotherHostGetsNoCredentials() throws IOException {
        var authorizations = new CopyOnWriteArrayList<List<String>>();
        HttpServer cdn = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Path home = directory.resolve("registry");
        cdn.createContext("/", exchange -> {
            authorizations.add(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
            byte[] bytes = Files.readAllBytes(
                    home.resolve("storage/" + exchange.getRequestURI().getPath()));
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        cdn.start();
        String base = "http://127.0.0.1:" + cdn.getAddress().getPort();
        try (var registry = TestRegistry.redirecting(home, base);
                var client = clients.login(registry.address(), TestRegistry.PASSWORD)) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app");
            Descriptor blob = clients.store().put(MediaTypes.OCI_LAYER_GZIP, Clients.random(1000));
            client.pushBlob(name, blob, clients.store());
            BlobStore other = BlobStore.open(directory.resolve("other"));
            client.fetchBlob(name, blob, other);
            assertThat(other.has(blob.digest())).isTrue();
            assertThat(authorizations).isNotEmpty().allMatch(List::isEmpty);
        } finally {
            cdn.stop(0);
        }
    }

    private static RegistrySettings tls(@Nullable Path ca) {
        return new RegistrySettings(Credentials.none(), ca, Duration.ofSeconds(5), Duration.ofSeconds(5), 3, false);
    }
}
