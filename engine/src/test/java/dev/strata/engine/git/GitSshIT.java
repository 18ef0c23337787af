/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commits from a real server of ssh.
class GitSshIT {
    private static final String UNKNOWN_KEY = "the git server shows a host key that known_hosts does not name";

    @TempDir
    Path directory;

    private TestRepository repository;

    @BeforeEach
    void aRepositoryWithOneFile() throws Exception {
        repository = new TestRepository(directory);
    }

    @Test
    void sshWithTheKeyAndTheHostKeyOfTheSecret() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            Path work = Files.createDirectory(directory.resolve("work"));

            repository.checkOut(server.url(repository.path()), ssh(server.privateKey(), server.knownHosts()), work);

            assertThat(work.resolve("file")).hasContent("content");
        }
    }

    @Test
    void anSshServerWithAnotherHostKeyIsNotBelieved() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            TestSshServer.key(directory.resolve("other"), "");
            String host = server.knownHosts().split(" ", 2)[0];
            String other = host + " " + Files.readString(directory.resolve("other.pub"));

            Problem problem = repository.refused(server.url(repository.path()), ssh(server.privateKey(), other));

            assertThat(problem.code()).isEqualTo(ProblemCode.GitUnauthorized);
            assertThat(problem.what()).isEqualTo(UNKNOWN_KEY);
        }
    }

    @Test
    void anSshServerThatKnownHostsDoesNotNameIsNotBelieved() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            String elsewhere = server.knownHosts().replaceFirst("^\\S+", "git.example.invalid");

            assertThat(repository
                            .refused(server.url(repository.path()), ssh(server.privateKey(), elsewhere))
                            .what())
                    .isEqualTo(UNKNOWN_KEY);
        }
    }

    @Test
    void anSshServerThatDoesNotKnowTheKeyRefuses() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            TestSshServer.key(directory.resolve("other"), "");
            String other = Files.readString(directory.resolve("other"));

            Problem problem = repository.refused(server.url(repository.path()), ssh(other, server.knownHosts()));

            assertThat(problem.code()).isEqualTo(ProblemCode.GitUnauthorized);
            assertThat(problem.what()).isEqualTo("the git server refuses these credentials");
        }
    }

    @Test
    void aRepositoryThatAnSshServerDoesNotHaveIsNotFound() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            GitCredentials credentials = ssh(server.privateKey(), server.knownHosts());

            assertThat(repository
                            .refused(server.url(directory.resolve("nothing")), credentials)
                            .code())
                    .isEqualTo(ProblemCode.GitRepositoryNotFound);
        }
    }

    @Test
    void aKeyWithAPassphraseIsAProblemOfTheSecret() throws Exception {
        TestSshServer.key(directory.resolve("locked"), "a passphrase");
        String locked = Files.readString(directory.resolve("locked"));

        Problem problem = repository.refused("ssh://git@127.0.0.1:1/x", ssh(locked, "127.0.0.1 x"));

        assertThat(problem.code()).isEqualTo(ProblemCode.CredentialsInvalid);
        assertThat(problem.what())
                .isEqualTo("the key ssh-privatekey of the git Secret is no private key, or one with a passphrase");
    }

    @Test
    void sshWithoutASecretIsAProblemOfTheSecret() {
        assertThat(repository.refused("git@127.0.0.1:x", GitCredentials.NONE).what())
                .isEqualTo("an ssh address needs a Secret with the keys ssh-privatekey and known_hosts");
    }

    private static GitCredentials ssh(String privateKey, String knownHosts) {
        return new GitCredentials(null, new GitCredentials.SshIdentity(privateKey, knownHosts), null);
    }
}
