/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// What proves to a registry who asks. Never shown.
sealed interface Login {
    record Anonymous() implements Login {}

    record Password(String user, String password) implements Login {
        String basic() {
            byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(pair);
        }

        @Override
        public String toString() {
            return "<redacted>";
        }
    }

    /// An OAuth 2 refresh token, `identitytoken` in docker's file.
    record IdentityToken(String token) implements Login {
        @Override
        public String toString() {
            return "<redacted>";
        }
    }
}
