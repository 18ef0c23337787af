/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.confirm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a `.dockerconfigjson` has for one repository; never printed.
///
/// @param basic `user:password` in base64
record Login(String basic) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> HUB =
            List.of("https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io");

    /// The entry of the longest prefix of `registry/repository`; null when there is none.
    ///
    /// @param config text of docker's `config.json`
    /// @throws StrataException `CredentialsInvalid` when it is no JSON
    static @Nullable Login find(String config, String registry, String repository) {
        JsonNode auths;
        try {
            auths = JSON.readTree(config).path("auths");
        } catch (JsonProcessingException e) {
            // The cause holds a piece of the text.
            throw new StrataException(Problem.of(
                    ProblemCode.CredentialsInvalid,
                    "the push Secret's .dockerconfigjson is no JSON",
                    "",
                    "make it again with kubectl create secret docker-registry"));
        }
        for (String host : registry.equals(ImageReference.DOCKER_HUB) ? HUB : List.of(registry)) {
            String key = host + "/" + repository;
            while (true) {
                JsonNode entry = first(auths, key, "https://" + key, "http://" + key);
                if (entry != null) {
                    return of(entry);
                }
                if (key.length() <= host.length()) {
                    break;
                }
                key = key.substring(0, Math.max(host.length(), key.lastIndexOf('/')));
            }
        }
        return null;
    }

    private static @Nullable JsonNode first(JsonNode auths, String... keys) {
        for (String key : keys) {
            if (auths.path(key).isObject()) {
                return auths.path(key);
            }
        }
        return null;
    }

    private static @Nullable Login of(JsonNode entry) {
        String auth = entry.path("auth").asText("");
        if (!auth.isEmpty()) {
            return new Login(auth);
        }
        String user = entry.path("username").asText("");
        return user.isEmpty()
                ? null
                : new Login(Base64.getEncoder()
                        .encodeToString((user + ":" + entry.path("password").asText("")).getBytes(UTF_8)));
    }

    @Override
    public String toString() {
        return "<redacted>";
    }
}
