/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.engine.problem.ProblemCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A program `docker-credential-<name>` on the path: it reads a server's name from its standard
/// input and writes `{"Username": ..., "Secret": ...}`. docker/docker-credential-helpers,
/// "Development".
record CredentialHelper(String name) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int LARGEST = 64 << 10;
    private static final long SECONDS = 30;

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /// Asks for the login of `server`; [Login.Anonymous] when the helper has none.
    Login get(String server) {
        try {
            Path output = Files.createTempFile("credential", "");
            try {
                return run(server, output);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw failed(server, "it cannot be run: " + ErrorText.cleaned(String.valueOf(e.getMessage())));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw RegistryException.of(ProblemCode.Cancelled, "cancelled while waiting for " + program(), "", "");
        }
    }

    private Login run(String server, Path output) throws IOException, InterruptedException {
        // A file, not a pipe: a helper that never closes its output cannot hold us. Mode 0600 by createTempFile.
        Process process = new ProcessBuilder(program(), "get")
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var in = process.getOutputStream()) {
            in.write(server.getBytes(StandardCharsets.UTF_8));
        }
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw failed(server, "it did not answer within " + SECONDS + " s");
        }
        String text;
        try (var in = Files.newInputStream(output)) {
            text = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
        }
        if (process.exitValue() != 0) {
            if (text.toLowerCase(Locale.ROOT).contains("credentials not found")) {
                return new Login.Anonymous();
            }
            throw failed(server, "it exited with " + process.exitValue() + ": " + ErrorText.cleaned(text.strip()));
        }
        return parse(server, text);
    }

    private Login parse(String server, String text) {
        JsonNode doc;
        try {
            doc = JSON.readTree(text);
        } catch (IOException _) {
            throw failed(server, "its answer is not JSON");
        }
        String user = doc.path("Username").asText("");
        String secret = doc.path("Secret").asText("");
        if (secret.isEmpty()) {
            return new Login.Anonymous();
        }
        return user.equals("<token>") ? new Login.IdentityToken(secret) : new Login.Password(user, secret);
    }

    private String program() {
        return "docker-credential-" + name;
    }

    private RegistryException failed(String server, String why) {
        return RegistryException.of(
                ProblemCode.CredentialsInvalid,
                "the credential helper " + program() + " gave no login for " + server,
                why,
                "run it by hand: echo " + server + " | " + program() + " get");
    }
}
