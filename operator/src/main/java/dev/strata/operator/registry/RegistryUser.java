/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.jspecify.annotations.Nullable;

/// The registry's only user. htpasswd knows no rights, so pulling and pushing use the same one:
/// who may pull may push.
/// What keeps them apart today is only which namespaces get the Secrets.
///
/// @param htpasswd the line for the registry, bcrypt
/// @param httpSecret what the registry signs the state of uploads with
record RegistryUser(String name, String password, String htpasswd, String httpSecret) {
    static final String HTPASSWD = "htpasswd";
    static final String USERNAME = "username";
    static final String PASSWORD = "password";
    static final String HTTP_SECRET = "http-secret";

    /// bcrypt's least. The cost protects passwords that can be guessed, which 190 random bits cannot, and
    /// the registry pays it at every request: cost 10 was 60 ms each, a dozen times in a build.
    private static final int COST = 4;

    private static final String NAME = "strata";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final Pattern GENERATED = Pattern.compile("[A-Za-z0-9]{32}");
    private static final Pattern LINE = Pattern.compile(NAME + ":\\$2y\\$04\\$[./A-Za-z0-9]{53}\n");

    static RegistryUser generate(SecureRandom random) {
        String password = text(random);
        var salt = new byte[16];
        random.nextBytes(salt);
        String hash = OpenBSDBCrypt.generate("2y", password.toCharArray(), salt, COST);
        return new RegistryUser(NAME, password, NAME + ":" + hash + "\n", text(random));
    }

    /// What the Secret holds; absent when that is not complete, or not of the form that
    /// [#generate] gives it. Whoever may edit Secrets can write there what they like, and it is
    /// delivered to other namespaces.
    static @Nullable RegistryUser read(@Nullable Secret secret) {
        if (secret == null || secret.getData() == null) {
            return null;
        }
        String name = decoded(secret, USERNAME);
        String password = decoded(secret, PASSWORD);
        String htpasswd = decoded(secret, HTPASSWD);
        String httpSecret = decoded(secret, HTTP_SECRET);
        boolean own = name.equals(NAME)
                && GENERATED.matcher(password).matches()
                && GENERATED.matcher(httpSecret).matches()
                && LINE.matcher(htpasswd).matches();
        if (!own) {
            return null;
        }
        return new RegistryUser(name, password, htpasswd, httpSecret);
    }

    /// The Secret's content, base64.
    Map<String, String> data() {
        return Map.of(
                USERNAME, base64(name),
                PASSWORD, base64(password),
                HTPASSWD, base64(htpasswd),
                HTTP_SECRET, base64(httpSecret));
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// A key of a Secret as text, empty when it is not there or no base64.
    static String decoded(Secret secret, String key) {
        String value = secret.getData() == null ? null : secret.getData().get(key);
        if (value == null) {
            return "";
        }
        try {
            return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String text(SecureRandom random) {
        var text = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "RegistryUser[" + name + "]";
    }
}
