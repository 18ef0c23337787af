/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// The registry protocol's JSON documents.
final class RegistryJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");
    private static final long SHORTEST_LIFE = 60;
    private static final long LONGEST_LIFE = 86_400;

    private RegistryJson() {}

    /// A token and how long it lasts.
    record Token(String value, Duration life) {
        @Override
        public String toString() {
            return "Token[<redacted>, " + life + "]";
        }
    }

    /// A token server's answer; empty when it holds no token. distribution, "Token Authentication".
    static Optional<Token> token(byte[] body) {
        return tree(body).flatMap(doc -> {
            String value = doc.path("access_token").asText(doc.path("token").asText(""));
            long seconds = doc.path("expires_in").asLong(SHORTEST_LIFE);
            return VISIBLE.matcher(value).matches()
                    ? Optional.of(
                            new Token(value, Duration.ofSeconds(Math.clamp(seconds, SHORTEST_LIFE, LONGEST_LIFE))))
                    : Optional.empty();
        });
    }

    /// The first entry of an error document, `CODE: message`.
    static Optional<String> error(byte[] body) {
        return tree(body)
                .map(doc -> doc.path("errors").path(0))
                .filter(JsonNode::isObject)
                .map(first -> first.path("code").asText("UNKNOWN") + ": "
                        + first.path("message").asText(""));
    }

    /// What a manifest says that it is; empty when it does not say.
    static Optional<String> mediaType(byte[] manifest) {
        return tree(manifest).map(doc -> doc.path("mediaType").asText("")).filter(type -> !type.isEmpty());
    }

    private static Optional<JsonNode> tree(byte[] body) {
        try {
            return Optional.ofNullable(JSON.readTree(body)).filter(JsonNode::isObject);
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
