/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a git Secret holds; never printed. The keys are those of Kubernetes' types `basic-auth` and `ssh-auth`,
/// with `known_hosts` and `ca.crt` as Flux has them.
///
/// @param login for http and https
/// @param ssh for ssh
/// @param authorities PEM certificates of those that sign an https server's; null for the runtime's own
public record GitCredentials(
        @Nullable Login login,
        @Nullable SshIdentity ssh,
        @Nullable String authorities) {
    /// Of a source without a Secret.
    public static final GitCredentials NONE = new GitCredentials(null, null, null);

    private static final String PRIVATE_KEY = "ssh-privatekey";
    private static final String KNOWN_HOSTS = "known_hosts";
    private static final int LONGEST = 1 << 20;

    /// A user and a password or token.
    public record Login(String username, String password) {
        @Override
        public String toString() {
            return "<redacted>";
        }
    }

    /// A private key without a passphrase, and the host keys that its servers may show.
    ///
    /// @param privateKey PEM or OpenSSH's form
    /// @param knownHosts lines as in OpenSSH's file of that name
    public record SshIdentity(String privateKey, String knownHosts) {
        @Override
        public String toString() {
            return "<redacted>";
        }
    }

    /// The values of a Secret.
    public interface Values {
        /// The value of a key; null where there is none.
        byte @Nullable [] get(String key);
    }

    /// What a Secret with these values holds.
    ///
    /// @throws StrataException `CredentialsInvalid` when it has none of the keys, or half of them
    public static GitCredentials of(Values secret) {
        String username = text(secret, "username");
        String password = text(secret, "password");
        String key = text(secret, PRIVATE_KEY);
        String hosts = text(secret, KNOWN_HOSTS);
        String authorities = text(secret, "ca.crt");
        if (username != null && password == null) {
            throw invalid("the git Secret has a username and no password", "add the key password, or leave both out");
        }
        if (key != null && hosts == null) {
            throw invalid(
                    "the git Secret has " + PRIVATE_KEY + " and no " + KNOWN_HOSTS
                            + ", so any server would be believed",
                    "add the output of: ssh-keyscan HOST");
        }
        if (password == null && key == null && authorities == null) {
            throw invalid(
                    "the git Secret has none of the keys password, " + PRIVATE_KEY + " and ca.crt",
                    "create it as spec.source.git.secretRef says: kubectl explain imagebuild.spec.source.git.secretRef");
        }
        return new GitCredentials(
                // A token goes with any user, but not with an empty one.
                password == null
                        ? null
                        : new Login(username == null || username.isEmpty() ? "git" : username, password),
                key == null || hosts == null ? null : new SshIdentity(key + "\n", hosts),
                authorities);
    }

    /// The files of a mounted Secret; [#NONE] where the directory is missing.
    ///
    /// @throws StrataException `CredentialsInvalid`
    public static GitCredentials read(Path directory) {
        return Files.isDirectory(directory) ? of(key -> file(directory.resolve(key))) : NONE;
    }

    private static byte @Nullable [] file(Path path) {
        if (!Files.exists(path)) {
            return null;
        }
        try (var in = Files.newInputStream(path)) {
            return in.readNBytes(LONGEST);
        } catch (IOException e) {
            throw new StrataException(
                    Problem.of(
                            ProblemCode.CredentialsInvalid,
                            "the key " + path.getFileName() + " of the git Secret cannot be read",
                            "",
                            "check the Secret that spec.source.git.secretRef names"),
                    e);
        }
    }

    private static @Nullable String text(Values secret, String key) {
        byte[] value = secret.get(key);
        return value == null ? null : new String(value, StandardCharsets.UTF_8).strip();
    }

    private static StrataException invalid(String what, String advice) {
        return new StrataException(Problem.of(ProblemCode.CredentialsInvalid, what, "", advice));
    }

    @Override
    public String toString() {
        return "<redacted>";
    }
}
