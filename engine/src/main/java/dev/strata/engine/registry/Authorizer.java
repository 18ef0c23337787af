/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Makes the `Authorization` header of a request. Remembers how each registry wants it, so that
/// only the first request to a registry is refused. Thread-safe.
final class Authorizer {
    private final Credentials credentials;
    private final Tokens tokens;
    private final Map<String, Challenge> challenges = new ConcurrentHashMap<>();
    private final Map<String, Login> logins = new ConcurrentHashMap<>();

    Authorizer(Credentials credentials, Wire wire) {
        this.credentials = credentials;
        this.tokens = new Tokens(wire);
    }

    /// The header to begin with; empty while the registry has not asked for one.
    Optional<String> header(Access access) throws IOException, InterruptedException {
        Challenge known = challenges.get(access.endpoint().registry());
        return known == null ? Optional.empty() : header(access, known, null);
    }

    /// The header that answers `challenge` after `refused` was not enough; empty when there is
    /// none.
    Optional<String> answer(Access access, Challenge challenge, @Nullable String refused)
            throws IOException, InterruptedException {
        challenges.put(
                access.endpoint().registry(),
                switch (challenge) {
                    case Challenge.Basic basic -> basic;
                    case Challenge.Bearer bearer -> new Challenge.Bearer(bearer.realm(), bearer.service(), Scope.NONE);
                });
        if (refused != null) {
            logins.remove(access.name());
        }
        return header(access, challenge, refused).filter(fresh -> !fresh.equals(refused));
    }

    private Optional<String> header(Access access, Challenge challenge, @Nullable String refused)
            throws IOException, InterruptedException {
        Login login = logins.computeIfAbsent(
                access.name(), _ -> credentials.find(access.endpoint().registry(), access.repository()));
        return switch (challenge) {
            case Challenge.Bearer bearer -> {
                String old = refused != null && refused.startsWith("Bearer ") ? refused.substring(7) : null;
                yield Optional.of("Bearer " + tokens.token(bearer, access, login, old));
            }
            case Challenge.Basic() ->
                login instanceof Login.Password password ? Optional.of(password.basic()) : Optional.empty();
        };
    }
}
