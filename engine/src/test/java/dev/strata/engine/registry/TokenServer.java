/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// Signs the tokens that a real registry takes: anyone may pull `public/...`; who shows the
/// password or the refresh token may pull and push everything, and delete nothing.
final class TokenServer implements AutoCloseable {
    static final String SERVICE = "test-registry";
    static final String ISSUER = "test-issuer";
    static final String REFRESH_TOKEN = "a refresh token & more";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final KeyPair pair;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private TokenServer(HttpServer server, KeyPair pair) {
        this.server = server;
        this.pair = pair;
    }

    static TokenServer start() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var tokens = new TokenServer(HttpServer.create(address, 0), generator.generateKeyPair());
        tokens.server.createContext("/token", tokens::answer);
        tokens.server.start();
        return tokens;
    }

    String realm() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    /// What was asked for, `GET repository:app:pull`.
    List<String> requests() {
        return List.copyOf(requests);
    }

    /// Writes the public key where a registry reads it.
    Path keys(Path directory) {
        var key = (ECPublicKey) pair.getPublic();
        Map<String, String> jwk = Map.of(
                "kty",
                "EC",
                "crv",
                "P-256",
                "kid",
                "one",
                "alg",
                "ES256",
                "use",
                "sig",
                "x",
                coordinate(key.getW().getAffineX()),
                "y",
                coordinate(key.getW().getAffineY()));
        try {
            Files.createDirectories(directory);
            return Files.write(directory.resolve("keys.json"), JSON.writeValueAsBytes(Map.of("keys", List.of(jwk))));
        } catch (IOException e) {
            throw new AssertionError("writing the token server's key", e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean post = exchange.getRequestMethod().equals("POST");
            Map<String, String> form =
                    form(post ? body : exchange.getRequestURI().getRawQuery());
            requests.add(exchange.getRequestMethod() + " " + form.get("scope"));
            String header = exchange.getRequestHeaders().getFirst("Authorization");
            String expected = new Login.Password(TestRegistry.USER, TestRegistry.PASSWORD).basic();
            boolean known = post
                    ? REFRESH_TOKEN.equals(form.get("refresh_token")) && "refresh_token".equals(form.get("grant_type"))
                    : expected.equals(header);
            if (!SERVICE.equals(form.get("service")) || (!known && (post || header != null))) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            String token = sign(access(form.getOrDefault("scope", ""), known));
            byte[] answer = JSON.writeValueAsBytes(Map.of(post ? "access_token" : "token", token, "expires_in", 300));
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (GeneralSecurityException e) {
            throw new IOException("signing a token", e);
        }
    }

    private static List<Map<String, Object>> access(String scopes, boolean known) {
        var access = new ArrayList<Map<String, Object>>();
        for (String scope : scopes.split(" ", -1)) {
            List<String> parts = List.of(scope.split(":", -1));
            if (parts.size() == 3 && (known || parts.get(1).startsWith("public/"))) {
                access.add(Map.of(
                        "type", parts.get(0),
                        "name", parts.get(1),
                        "actions", known ? granted(parts.get(2)) : List.of("pull")));
            }
        }
        return access;
    }

    private static List<String> granted(String asked) {
        return Stream.of(asked.split(",", -1))
                .filter(Set.of("pull", "push")::contains)
                .toList();
    }

    private String sign(List<Map<String, Object>> access) throws IOException, GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        String head = part(Map.of("alg", "ES256", "typ", "JWT", "kid", "one"));
        String claims = part(Map.of(
                "iss",
                ISSUER,
                "sub",
                "someone",
                "aud",
                SERVICE,
                "exp",
                now + 300,
                "nbf",
                now - 10,
                "iat",
                now,
                "jti",
                Long.toString(System.nanoTime()),
                "access",
                access));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(pair.getPrivate());
        signature.update((head + "." + claims).getBytes(StandardCharsets.US_ASCII));
        return head + "." + claims + "." + encoded(signature.sign());
    }

    private static String part(Object value) throws IOException {
        return encoded(JSON.writeValueAsBytes(value));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
        return encoded(fixed);
    }

    private static Map<String, String> form(String text) {
        var form = new HashMap<String, String>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            form.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return form;
    }
}
