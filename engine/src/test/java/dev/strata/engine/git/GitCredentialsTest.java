/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GitCredentialsTest {
    @Test
    void aTokenNeedsNoUser() {
        assertThat(of(Map.of("password", "token\n")).login()).isEqualTo(new GitCredentials.Login("git", "token"));
    }

    @Test
    void aKeyWithoutKnownHostsWouldBelieveAnyServer() {
        assertThat(refused(Map.of("ssh-privatekey", "key")))
                .isEqualTo("the git Secret has ssh-privatekey and no known_hosts, so any server would be believed");
    }

    @Test
    void halfALoginIsRefused() {
        assertThat(refused(Map.of("username", "me"))).isEqualTo("the git Secret has a username and no password");
    }

    @Test
    void aSecretOfAnotherKindIsRefused() {
        assertThat(refused(Map.of(".dockerconfigjson", "{}")))
                .isEqualTo("the git Secret has none of the keys password, ssh-privatekey and ca.crt");
    }

    @Test
    void aMissingDirectoryMeansNoSecret() {
        assertThat(GitCredentials.read(Path.of("/nonexistent"))).isEqualTo(GitCredentials.NONE);
    }

    @Test
    void nothingOfItIsPrinted() {
        var credentials =
                of(Map.of("username", "me", "password", "pass", "ssh-privatekey", "key", "known_hosts", "host"));

        assertThat(credentials + " " + credentials.login() + " " + credentials.ssh())
                .isEqualTo("<redacted> <redacted> <redacted>");
    }

    private static String refused(Map<String, String> secret) {
        StrataException thrown = catchThrowableOfType(StrataException.class, () -> of(secret));
        assertThat(thrown.problem().code()).isEqualTo(ProblemCode.CredentialsInvalid);
        return thrown.problem().what();
    }

    private static GitCredentials of(Map<String, String> secret) {
        return GitCredentials.of(key -> {
            String value = secret.get(key);
            return value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        });
    }
}
