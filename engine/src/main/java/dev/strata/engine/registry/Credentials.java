/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Logins by registry, as docker's `config.json` holds them.
///
/// A key of `auths` is a host with an optional port, path prefix and scheme; the longest prefix of
/// `host/repository` wins. Docker Hub is also found as `https://index.docker.io/v1/`. A registry's
/// entry of `credHelpers`, else `credsStore`, is asked before `auths`. Format: docker/cli,
/// "config.json".
public final class Credentials {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LARGEST = 1 << 20;
    private static final String HUB_KEY = "https://index.docker.io/v1/";
    private static final List<String> HUB_NAMES = List.of("index.docker.io", "docker.io", "registry-1.docker.io");

    private final Map<String, Login> logins;
    private final Map<String, CredentialHelper> helpers;
    private final @Nullable CredentialHelper store;
    private final String home;
    private final List<Credentials> pulls;

    private Credentials(
            Map<String, Login> logins,
            Map<String, CredentialHelper> helpers,
            @Nullable CredentialHelper store,
            String home,
            List<Credentials> pulls) {
        this.logins = Map.copyOf(logins);
        this.helpers = Map.copyOf(helpers);
        this.store = store;
        this.home = home;
        this.pulls = List.copyOf(pulls);
    }

    /// Every registry is asked anonymously.
    public static Credentials none() {
        return new Credentials(Map.of(), Map.of(), null, "", List.of());
    }

    /// The logins of docker's `config.json`; none when the file is not there.
    public static Credentials readIfThere(Path file) {
        return Files.exists(file) ? read(file) : none();
    }

    /// Reads a `config.json`, or a Secret's `.dockerconfigjson`.
    ///
    /// @throws StrataException `CredentialsInvalid` naming the file and the field, never its
    /// content
    public static Credentials read(Path file) {
        JsonNode doc = parse(file);
        var helpers = new LinkedHashMap<String, CredentialHelper>();
        doc.path("credHelpers").properties().forEach(e -> {
            String field = "credHelpers[\"" + e.getKey() + "\"]";
            helpers.put(normalised(e.getKey()), helper(file, field, e.getValue()));
        });
        JsonNode store = doc.path("credsStore");
        var logins = new LinkedHashMap<String, Login>();
        JsonNode auths = doc.path("auths");
        if (!auths.isMissingNode() && !auths.isNull() && !auths.isObject()) {
            throw invalid(file, "auths is not an object");
        }
        auths.properties().forEach(e -> {
            Login login = login(file, "auths[\"" + e.getKey() + "\"]", e.getValue());
            if (!(login instanceof Login.Anonymous)) {
                logins.putIfAbsent(normalised(e.getKey()), login);
            }
        });
        CredentialHelper asked = store.asText("").isEmpty() ? null : helper(file, "credsStore", store);
        return new Credentials(logins, helpers, asked, "", List.of());
    }

    /// These for the registry `home`, where they push; for any other the first of `pulls` that has a login for the
    /// repository, and these only where none has. Where these have none for their home, `pulls` are asked too.
    public Credentials withPulls(String home, List<Credentials> pulls) {
        return new Credentials(logins, helpers, store, home, pulls);
    }

    /// The login for a repository. May run a credential helper, so the answer is worth keeping.
    Login find(String registry, String repository) {
        Login own = registry.equals(home) ? own(registry, repository) : new Login.Anonymous();
        if (!(own instanceof Login.Anonymous)) {
            return own;
        }
        for (Credentials pull : pulls) {
            Login found = pull.own(registry, repository);
            if (!(found instanceof Login.Anonymous)) {
                return found;
            }
        }
        return registry.equals(home) ? own : own(registry, repository);
    }

    private Login own(String registry, String repository) {
        List<String> hosts = registry.equals(ImageReference.DOCKER_HUB) ? HUB_NAMES : List.of(registry);
        CredentialHelper helper = hosts.stream()
                .filter(helpers::containsKey)
                .findFirst()
                .map(helpers::get)
                .orElse(store);
        if (helper != null) {
            Login found = helper.get(registry.equals(ImageReference.DOCKER_HUB) ? HUB_KEY : registry);
            if (!(found instanceof Login.Anonymous)) {
                return found;
            }
        }
        for (String host : hosts) {
            for (String key = host + "/" + repository; ; key = key.substring(0, key.lastIndexOf('/'))) {
                Login login = logins.get(key);
                if (login != null) {
                    return login;
                }
                if (key.indexOf('/') < 0) {
                    break;
                }
            }
        }
        return new Login.Anonymous();
    }

    @Override
    public String toString() {
        return "Credentials[<redacted>]";
    }

    private static JsonNode parse(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw invalid(file, "it is larger than 1 MiB");
            }
            JsonNode doc = JSON.readTree(Files.readAllBytes(file));
            if (!doc.isObject()) {
                throw invalid(file, "it is not a JSON object");
            }
            return doc;
        } catch (JsonProcessingException e) {
            // The parser's own message quotes what it read, which may be a password.
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw invalid(file, "it is not JSON" + where);
        } catch (IOException e) {
            throw invalid(file, "it cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static Login login(Path file, String field, JsonNode entry) {
        if (!entry.isObject()) {
            throw invalid(file, field + " is not an object");
        }
        String identity = text(file, field, entry, "identitytoken");
        if (!identity.isEmpty()) {
            return new Login.IdentityToken(identity);
        }
        String auth = text(file, field, entry, "auth");
        if (!auth.isEmpty()) {
            return decoded(file, field + ".auth", auth);
        }
        String user = text(file, field, entry, "username");
        String password = text(file, field, entry, "password");
        if (user.isEmpty() != password.isEmpty()) {
            throw invalid(file, field + " has only one of username and password");
        }
        return user.isEmpty() ? new Login.Anonymous() : new Login.Password(user, password);
    }

    private static Login decoded(Path file, String field, String auth) {
        String pair;
        try {
            pair = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw invalid(file, field + " is not base64");
        }
        int colon = pair.indexOf(':');
        if (colon <= 0) {
            throw invalid(file, field + " is not user:password in base64");
        }
        // Some writers pad the password with NUL bytes, as docker's own reader allows.
        return new Login.Password(
                pair.substring(0, colon), pair.substring(colon + 1).replaceAll("\\x00+$", ""));
    }

    private static String text(Path file, String field, JsonNode entry, String name) {
        JsonNode value = entry.path(name);
        if (!value.isMissingNode() && !value.isNull() && !value.isTextual()) {
            throw invalid(file, field + "." + name + " is not a string");
        }
        return value.asText("");
    }

    private static CredentialHelper helper(Path file, String field, JsonNode name) {
        if (!CredentialHelper.isName(name.asText(""))) {
            throw invalid(file, field + " is not a helper's name");
        }
        return new CredentialHelper(name.asText());
    }

    /// `https://host/v1/` and `host/` become `host`; a path prefix stays.
    private static String normalised(String key) {
        return key.replaceFirst("^https?://", "").replaceFirst("/+$", "").replaceFirst("/v[12]$", "");
    }

    private static StrataException invalid(Path file, String why) {
        return RegistryException.of(
                ProblemCode.CredentialsInvalid,
                "the registry credentials in " + file + " are not valid",
                ErrorText.cleaned(why),
                "write the file again with docker login, or kubectl create secret docker-registry");
    }
}
