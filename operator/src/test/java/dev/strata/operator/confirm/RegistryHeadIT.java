/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.confirm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against servers on the loopback that answer as registries do.
class RegistryHeadIT {
    private static final String DIGEST = "sha256:" + "b".repeat(64);
    private static final String PATH = "/v2/team/app/manifests/" + DIGEST;
    private static final String BASIC = Base64.getEncoder().encodeToString("user:pass".getBytes(UTF_8));

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    private interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void anImageThatIsThereIsConfirmed() {
        on(PATH, exchange -> status(exchange, 200));
        head(null).confirm(DIGEST);
        assertThat(asked).containsExactly("HEAD " + PATH);
    }

    @Test
    void anImageThatIsNotThereIsNotFound() {
        on(PATH, exchange -> status(exchange, 404));
        refused(null, ProblemCode.ImageNotFound, "does not have team/app@sha256:bbb");
    }

    @Test
    void basicCredentialsAreSentWhenAskedFor() {
        on(PATH, exchange -> challenge(exchange, "Basic realm=\"x\"", "Basic " + BASIC));
        head(config(registry())).confirm(DIGEST);
        assertThat(asked).hasSize(2);
    }

    @Test
    void theCredentialsOfAnotherRegistryAreNotSent() {
        on(PATH, exchange -> challenge(exchange, "Basic realm=\"x\"", "Basic " + BASIC));
        refused(config("other.example.com"), ProblemCode.PullUnauthorized, "does not let the push credentials");
        assertThat(asked).hasSize(1);
    }

    @Test
    void aTokenIsFetchedForABearerChallenge() {
        on("/token", exchange -> {
            assertThat(exchange.getRequestHeaders().getFirst("Authorization")).isEqualTo("Basic " + BASIC);
            assertThat(exchange.getRequestURI().getQuery()).isEqualTo("scope=repository:team/app:pull&service=reg");
            byte[] body = "{\"token\":\"abc.def\"}".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });
        on(
                PATH,
                exchange -> challenge(
                        exchange,
                        "Bearer realm=\"http://" + registry() + "/token\",service=\"reg\"",
                        "Bearer abc.def"));
        head(config(registry())).confirm(DIGEST);
    }

    @Test
    void aRedirectIsNotFollowed() {
        on(PATH, exchange -> {
            exchange.getResponseHeaders().set("Location", "http://" + registry() + "/elsewhere");
            status(exchange, 307);
        });
        refused(null, ProblemCode.RegistryError, "answered with status 307");
        assertThat(asked).hasSize(1);
    }

    @Test
    void aRegistryThatIsDownIsUnreachable() {
        server.stop(0);
        refused(null, ProblemCode.RegistryUnreachable, "no connection");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"169.254.169.254", "0.0.0.0:5000", "[fe80::1]:5000", "224.0.0.1", "[::ffff:127.0.0.1]:5000"})
    void anAddressOfThePodsOwnLinkIsNotAsked(String registry) {
        assertThatThrownBy(() -> new RegistryHead(registry + "/team/app", null, null, Reach.REMOTE).confirm(DIGEST))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.RegistryUnreachable))
                .hasMessageContaining("its host is not one that a build may use");
    }

    @Test
    void theOperatorsOwnLoopbackIsNotAsked() {
        on(PATH, exchange -> status(exchange, 200));
        var head = new RegistryHead(registry() + "/team/app", config(registry()), null, Reach.REMOTE);
        assertThatThrownBy(() -> head.confirm(DIGEST)).hasMessageContaining("its host is not one that a build may use");
        assertThat(asked).isEmpty();
    }

    @Test
    void aTokenIsNotFetchedFromAnotherHostOverHttp() {
        on(PATH, exchange -> challenge(exchange, "Bearer realm=\"http://192.0.2.1/token\"", "Bearer x"));
        refused(config(registry()), ProblemCode.RegistryUnreachable, "its address is not an https address");
    }

    @Test
    void noCredentialsAreReadFromWhatIsNoJson() {
        refused("secret{", ProblemCode.CredentialsInvalid, "is no JSON");
        assertThat(asked).isEmpty();
    }

    private RegistryHead head(@Nullable String config) {
        return new RegistryHead(registry() + "/team/app", config, null, Reach.LOOPBACK_TOO);
    }

    private void refused(@Nullable String config, ProblemCode code, String message) {
        assertThatThrownBy(() -> head(config).confirm(DIGEST))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    private String registry() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private static String config(String registry) {
        return "{\"auths\":{\"" + registry + "\":{\"username\":\"user\",\"password\":\"pass\"}}}";
    }

    private void on(String path, Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                asked.add(exchange.getRequestMethod() + " "
                        + exchange.getRequestURI().getPath());
                answer.give(exchange);
            }
        });
    }

    private static void challenge(HttpExchange exchange, String challenge, String wanted) throws IOException {
        if (wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            status(exchange, 200);
        } else {
            exchange.getResponseHeaders().set("WWW-Authenticate", challenge);
            status(exchange, 401);
        }
    }

    private static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }
}
