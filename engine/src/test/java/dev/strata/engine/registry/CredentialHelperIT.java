/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs real helper programs, in a JVM of their own because the path is searched as that JVM
/// started.
class CredentialHelperIT {
    @TempDir
    Path directory;

    @Test
    void aHelperIsAskedByName() throws IOException, InterruptedException {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        Path helper = bin.resolve("docker-credential-ours");
        Files.writeString(helper, """
                #!/bin/sh
                [ "$1" = get ] || exit 9
                read -r server || true
                case $server in
                  r.example) echo '{"ServerURL":"r.example","Username":"u","Secret":"p1"}' ;;
                  https://index.docker.io/v1/) echo '{"Username":"<token>","Secret":"p2"}' ;;
                  none.example) echo 'credentials not found in native keychain'; exit 1 ;;
                  *) echo "no such keychain"; exit 1 ;;
                esac
                """);
        Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path config = directory.resolve("config.json");
        Files.writeString(config, """
                {"credsStore": "ours", "credHelpers": {"missing.example": "missing"},
                 "auths": {"none.example": {"username": "from", "password": "auths"}}}
                """);
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Asking.class.getName(),
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile());
        builder.environment().merge("PATH", bin.toString(), (old, first) -> first + File.pathSeparator + old);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(directory.resolve("out"))).isEqualTo("""
                r.example Password u/p1
                docker.io IdentityToken p2
                none.example Password from/auths
                broken.example it exited with 1: no such keychain
                missing.example the credential helper docker-credential-missing gave no login for missing.example
                """);
    }

    /// The program of that JVM.
    static final class Asking {
        private Asking() {}

        public static void main(String[] args) {
            Credentials credentials = Credentials.read(Path.of(args[0]));
            for (String registry : new String[] {"r.example", "docker.io", "none.example"}) {
                String shown = switch (credentials.find(registry, "team/app")) {
                    case Login.Anonymous() -> "Anonymous";
                    case Login.Password(String user, String password) -> "Password " + user + "/" + password;
                    case Login.IdentityToken(String token) -> "IdentityToken " + token;
                };
                System.out.println(registry + " " + shown);
            }
            try {
                credentials.find("broken.example", "team/app");
            } catch (RegistryException e) {
                System.out.println("broken.example " + e.problem().why());
            }
            try {
                credentials.find("missing.example", "team/app");
            } catch (RegistryException e) {
                System.out.println("missing.example " + e.problem().what());
            }
        }
    }
}
