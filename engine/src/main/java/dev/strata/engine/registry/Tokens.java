/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Bearer tokens by realm, service and scope, kept until shortly before they expire. Thread-safe.
/// Source: distribution, "Token Authentication Specification" and "OAuth2 Token Authentication".
final class Tokens {
    private static final int LARGEST_ANSWER = 1 << 20;
    private static final int MOST = 1000;
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final Wire wire;
    private final Map<Key, Kept> kept = new ConcurrentHashMap<>();

    Tokens(Wire wire) {
        this.wire = wire;
    }

    private record Key(String realm, String service, Scope scope, String repository) {}

    private record Kept(String token, Instant until) {
        @Override
        public String toString() {
            return "<redacted>";
        }
    }

    /// A token for `access`, other than `refused`, which the registry did not take.
    String token(Challenge.Bearer challenge, Access access, Login login, @Nullable String refused)
            throws IOException, InterruptedException {
        Scope scope = access.scope().and(challenge.scope());
        // Logins may differ by repository, and with them what a token is worth.
        var key = new Key(challenge.realm(), challenge.service(), scope, access.name());
        Kept old = kept.get(key);
        if (old != null && !old.token.equals(refused) && Instant.now().isBefore(old.until)) {
            return old.token;
        }
        RegistryJson.Token fresh = fetch(realm(challenge, access), challenge.service(), scope, login, access);
        if (kept.size() >= MOST) {
            kept.clear();
        }
        kept.put(key, new Kept(fresh.value(), Instant.now().plus(fresh.life()).minus(MARGIN)));
        return fresh.value();
    }

    private RegistryJson.Token fetch(URI realm, String service, Scope scope, Login login, Access access)
            throws IOException, InterruptedException {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("service", service);
        if (!scope.text().isEmpty()) {
            parameters.put("scope", scope.text());
        }
        HttpRequest.Builder request = HttpRequest.newBuilder().header("Accept", "application/json");
        URI uri = realm;
        String method = "GET";
        switch (login) {
            case Login.IdentityToken identity -> {
                method = "POST";
                parameters.put("grant_type", "refresh_token");
                parameters.put("client_id", "strata");
                parameters.put("refresh_token", identity.token());
                request.header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form(parameters)));
            }
            case Login.Password password -> {
                parameters.put("account", password.user());
                request.header("Authorization", password.basic());
                uri = withQuery(realm, parameters);
            }
            case Login.Anonymous() -> uri = withQuery(realm, parameters);
        }
        return answer(wire.send(request, uri, 0), Call.of(method, uri, access));
    }

    private RegistryJson.Token answer(HttpResponse<InputStream> response, Call call) throws IOException {
        byte[] body = wire.bytes(response, LARGEST_ANSWER);
        if (response.statusCode() != 200) {
            Transport.throwIfBusy(response, body);
            throw RegistryException.refused(call, response.statusCode(), ErrorText.of(body));
        }
        return RegistryJson.token(body)
                .orElseThrow(() -> RegistryException.refused(call, 200, "the token server's answer holds no token"));
    }

    /// The realm's URL, if credentials may go there: https, or loopback of a plain loopback
    /// registry.
    private static URI realm(Challenge.Bearer challenge, Access access) {
        URI realm;
        try {
            realm = new URI(challenge.realm());
        } catch (URISyntaxException _) {
            throw distrusted(challenge, access);
        }
        boolean plain =
                "http".equalsIgnoreCase(realm.getScheme()) && access.endpoint().isPlain() && Endpoint.isLoopback(realm);
        boolean https = "https".equalsIgnoreCase(realm.getScheme());
        if (realm.getHost() == null || realm.getUserInfo() != null || !(https || plain)) {
            throw distrusted(challenge, access);
        }
        return realm;
    }

    private static RegistryException distrusted(Challenge.Bearer challenge, Access access) {
        return RegistryException.unauthorized(
                access,
                "cannot " + access.intent().verb() + " " + access.name() + ": its token server is not trusted",
                "the registry sends its clients to " + ErrorText.cleaned(challenge.realm())
                        + ", which is not an https URL, so no credentials go there");
    }

    private static URI withQuery(URI realm, Map<String, String> parameters) {
        String query = realm.getRawQuery() == null ? "" : realm.getRawQuery() + "&";
        String whole = realm.toString();
        int end = whole.indexOf('?') >= 0 ? whole.indexOf('?') : whole.indexOf('#');
        return URI.create((end < 0 ? whole : whole.substring(0, end)) + "?" + query + form(parameters));
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
