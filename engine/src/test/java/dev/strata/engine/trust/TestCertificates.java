/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A certificate authority and a certificate of 127.0.0.1, made by the program `openssl`.
public final class TestCertificates {
    private TestCertificates() {}

    /// Writes `ca.crt`, `server.crt` and `server.key` and returns the first.
    public static Path make(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Path extensions = directory.resolve("extensions");
        Files.writeString(extensions, "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n");
        String key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
        openssl(directory, "req -x509 -days 2 -subj /CN=test-ca -keyout ca.key -out ca.crt " + key);
        openssl(directory, "req -subj /CN=registry -keyout server.key -out server.csr " + key);
        openssl(
                directory,
                "x509 -req -days 2 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile extensions -out server.crt");
        return directory.resolve("ca.crt");
    }

    private static void openssl(Path directory, String arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.strip().split(" ", -1)));
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new AssertionError(command + " failed:\n" + Files.readString(log));
        }
    }
}
