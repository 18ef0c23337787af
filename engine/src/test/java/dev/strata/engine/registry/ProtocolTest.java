/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of the protocol that need no registry: challenges, scopes, endpoints, delays and error
/// texts.
class ProtocolTest {
    @Test
    void aBearerChallengeHasRealmServiceAndScope() {
        assertThat(
                        Challenge.choose(
                                List.of(
                                        "Bearer realm=\"https://auth.example/token\",service=\"r.example\",scope=\"repository:a/b:push,pull\"")))
                .contains(new Challenge.Bearer(
                        "https://auth.example/token", "r.example", new Scope("repository:a/b:pull,push")));
    }

    @Test
    void bearerIsChosenAmongManyChallenges() {
        assertThat(Challenge.choose(List.of("Negotiate, Basic realm=\"a, b\", Bearer realm=\"x \\\" y\" , service=s")))
                .contains(new Challenge.Bearer("x \" y", "s", Scope.NONE));
        assertThat(Challenge.choose(List.of("Negotiate", "basic realm=\"only\"")))
                .contains(new Challenge.Basic());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer service=\"x\"", "Digest realm=\"x\"", "\"", "Bearer realm=\"open"})
    void whatIsNoUsableChallengeIsPassedOver(String header) {
        assertThat(Challenge.choose(List.of(header))).isEmpty();
    }

    @Test
    void scopesAreMergedInAFixedOrder() {
        assertThat(Scope.push("b").and(Scope.pull("a")).and(Scope.pull("b")).text())
                .isEqualTo("repository:a:pull repository:b:pull,push");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,          http://localhost/v2/",
        "localhost:5000,     http://localhost:5000/v2/",
        "127.0.0.1:5000,     http://127.0.0.1:5000/v2/",
        "127.1.2.3,          http://127.1.2.3/v2/",
        "[::1]:5000,         http://[::1]:5000/v2/",
        "127.0.0.1.example,  https://127.0.0.1.example/v2/",
        "localhost.example,  https://localhost.example/v2/",
        "128.0.0.1:5000,     https://128.0.0.1:5000/v2/",
        "docker.io,          https://registry-1.docker.io/v2/",
    })
    void onlyLoopbackIsPlainHttp(String registry, URI base) {
        assertThat(Endpoint.of(registry, true).base()).isEqualTo(base);
    }

    @Test
    void loopbackIsTlsWhenThatIsSet() {
        assertThat(Endpoint.of("127.0.0.1:5000", false).base()).isEqualTo(URI.create("https://127.0.0.1:5000/v2/"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://r.example/v2/x,      true,  true",
        "https://R.example:443/x,     true,  true",
        "https://r.example:444/x,     false, true",
        "https://other.example/x,     false, true",
        "http://r.example/v2/x,       false, false",
        "http://169.254.169.254/x,    false, false",
        "ftp://r.example/x,           false, false",
    })
    void credentialsStayAtTheRegistryAndHttpsStaysHttps(URI uri, boolean owned, boolean allowed) {
        Endpoint endpoint = Endpoint.of("r.example", true);
        assertThat(endpoint.owns(uri)).isEqualTo(owned);
        assertThat(endpoint.mayPointTo(uri)).isEqualTo(allowed);
    }

    @Test
    void delaysDoubleUpToTenSecondsWithJitter() {
        assertThat(Retries.delay(1, 1, null)).isEqualTo(Duration.ofMillis(200));
        assertThat(Retries.delay(1, 0, null)).isEqualTo(Duration.ofMillis(100));
        assertThat(Retries.delay(4, 1, null)).isEqualTo(Duration.ofMillis(1600));
        assertThat(Retries.delay(500, 1, null)).isEqualTo(Duration.ofSeconds(10));
        assertThat(Retries.delay(1, 1, Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(3));
        assertThat(Retries.delay(1, 1, Duration.ofDays(3))).isEqualTo(Duration.ofSeconds(60));
        assertThat(Retries.delay(1, 1, Duration.ofSeconds(-3))).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void retryAfterIsSecondsOrADate() {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(Retries.retryAfter("7", now)).contains(Duration.ofSeconds(7));
        assertThat(Retries.retryAfter("Thu, 1 Jan 2026 00:00:09 GMT", now)).contains(Duration.ofSeconds(9));
        assertThat(Retries.retryAfter("soon", now)).isEmpty();
    }

    @Test
    void errorTextsAreShortAndOnOneLine() {
        assertThat(ErrorText.of(
                        utf8("{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\\nforged \\u001b[31m\\u202e\"}]}")))
                .isEqualTo("DENIED: no?forged ?[31m?");
        assertThat(ErrorText.of(utf8("<html>\r\n"))).isEqualTo("<html>");
        assertThat(ErrorText.of(utf8("x".repeat(1000)))).isEqualTo("x".repeat(300) + "...");
        assertThat(ErrorText.of(utf8("{\"errors\":\"odd\"}"))).isEqualTo("{\"errors\":\"odd\"}");
    }

    @Test
    void shownUrlsHaveNoUserAndNoQuery() {
        assertThat(Call.shown(URI.create("https://user:secret@r.example:5000/v2/a?_state=secret")))
                .isEqualTo("https://r.example:5000/v2/a?...");
    }

    @Test
    void aTokenMustBeFitForAHeader() {
        assertThat(RegistryJson.token(utf8("{\"token\":\"abc\",\"expires_in\":5}")))
                .contains(new RegistryJson.Token("abc", Duration.ofSeconds(60)));
        assertThat(RegistryJson.token(utf8("{\"token\":\"a\\r\\nX-Evil: 1\"}"))).isEmpty();
        assertThat(RegistryJson.token(utf8("{}"))).isEmpty();
        assertThat(RegistryJson.token(utf8("not json"))).isEmpty();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
