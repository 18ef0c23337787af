/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.trust.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commits from this machine, and from real servers of ssh and https.
class GitSourceIT {
    private static final String UNKNOWN_KEY = "the git server shows a host key that known_hosts does not name";

    @TempDir
    Path directory;

    private Path repository;
    private RevCommit commit;

    @BeforeEach
    void aRepositoryWithOneFile() throws Exception {
        repository = directory.resolve("repository");
        try (Git git = Git.init().setDirectory(repository.toFile()).call()) {
            Files.writeString(repository.resolve("file"), "content");
            git.add().addFilepattern("file").call();
            var author = new PersonIdent("author", "author@example.invalid");
            commit = git.commit()
                    .setMessage("a file")
                    .setAuthor(author)
                    .setCommitter(author)
                    .setSign(false)
                    .call();
        }
    }

    @Test
    void aCommitIsCheckedOutWithItsTime() throws Exception {
        Path work = Files.createDirectory(directory.resolve("work"));
        Instant time = checkOut(repository.toUri().toString(), GitCredentials.NONE, work);

        assertThat(work.resolve("file")).hasContent("content");
        assertThat(time).isEqualTo(Instant.ofEpochSecond(commit.getCommitTime()));
    }

    @Test
    void theUsersConfigurationOfGitLeadsNowhereElse() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        String url = repository.toUri().toString();
        Files.writeString(home.resolve(".gitconfig"), "[url \"/nowhere/\"]\n  insteadOf = " + url + "\n");
        Path work = Files.createDirectory(directory.resolve("work"));
        var before = FS.DETECTED.userHome();
        FS.DETECTED.setUserHome(home.toFile());
        try {
            checkOut(url, GitCredentials.NONE, work);
        } finally {
            FS.DETECTED.setUserHome(before);
        }
        assertThat(work.resolve("file")).hasContent("content");
    }

    @Test
    void aCommitThatIsNotThereIsAProblemOfTheRevision() throws Exception {
        var git = new BuildRequest.Git(repository.toUri().toString(), "0123456789abcdef0123456789abcdef01234567");
        Path work = Files.createDirectory(directory.resolve("work"));

        StrataException thrown = catchThrowableOfType(
                StrataException.class, () -> new GitSource(git, GitCredentials.NONE).checkOut(work));

        assertThat(thrown.problem().code()).isEqualTo(ProblemCode.GitRevisionNotFound);
        assertThat(thrown.problem().what())
                .isEqualTo("the repository has no commit 0123456789abcdef0123456789abcdef01234567");
    }

    @Test
    void sshWithTheKeyAndTheHostKeyOfTheSecret() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            Path work = Files.createDirectory(directory.resolve("work"));

            checkOut(server.url(repository), ssh(server.privateKey(), server.knownHosts()), work);

            assertThat(work.resolve("file")).hasContent("content");
        }
    }

    @Test
    void anSshServerWithAnotherHostKeyIsNotBelieved() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            TestSshServer.key(directory.resolve("other"), "");
            String host = server.knownHosts().split(" ", 2)[0];
            String other = host + " " + Files.readString(directory.resolve("other.pub"));

            Problem problem = refused(server.url(repository), ssh(server.privateKey(), other));

            assertThat(problem.code()).isEqualTo(ProblemCode.GitUnauthorized);
            assertThat(problem.what()).isEqualTo(UNKNOWN_KEY);
        }
    }

    @Test
    void anSshServerThatKnownHostsDoesNotNameIsNotBelieved() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            String elsewhere = server.knownHosts().replaceFirst("^\\S+", "git.example.invalid");

            assertThat(refused(server.url(repository), ssh(server.privateKey(), elsewhere))
                            .what())
                    .isEqualTo(UNKNOWN_KEY);
        }
    }

    @Test
    void anSshServerThatDoesNotKnowTheKeyRefuses() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            TestSshServer.key(directory.resolve("other"), "");
            String other = Files.readString(directory.resolve("other"));

            Problem problem = refused(server.url(repository), ssh(other, server.knownHosts()));

            assertThat(problem.code()).isEqualTo(ProblemCode.GitUnauthorized);
            assertThat(problem.what()).isEqualTo("the git server refuses these credentials");
        }
    }

    @Test
    void aRepositoryThatAnSshServerDoesNotHaveIsNotFound() throws Exception {
        try (TestSshServer server = TestSshServer.start(directory.resolve("ssh"))) {
            GitCredentials credentials = ssh(server.privateKey(), server.knownHosts());

            assertThat(refused(server.url(directory.resolve("nothing")), credentials)
                            .code())
                    .isEqualTo(ProblemCode.GitRepositoryNotFound);
        }
    }

    @Test
    void aKeyWithAPassphraseIsAProblemOfTheSecret() throws Exception {
        TestSshServer.key(directory.resolve("locked"), "a passphrase");
        String locked = Files.readString(directory.resolve("locked"));

        Problem problem = refused("ssh://git@127.0.0.1:1/x", ssh(locked, "127.0.0.1 x"));

        assertThat(problem.code()).isEqualTo(ProblemCode.CredentialsInvalid);
        assertThat(problem.what())
                .isEqualTo("the key ssh-privatekey of the git Secret is no private key, or one with a passphrase");
    }

    @Test
    void sshWithoutASecretIsAProblemOfTheSecret() {
        assertThat(refused("git@127.0.0.1:x", GitCredentials.NONE).what())
                .isEqualTo("an ssh address needs a Secret with the keys ssh-privatekey and known_hosts");
    }

    @Test
    void httpsWithTheLoginAndTheAuthorityOfTheSecret() throws Exception {
        Path ca = TestCertificates.make(directory.resolve("pki"));
        try (TestGitServer server = TestGitServer.https(directory, directory.resolve("pki"))) {
            Path work = Files.createDirectory(directory.resolve("work"));
            var credentials = new GitCredentials(TestGitServer.LOGIN, null, Files.readString(ca));

            checkOut(server.address() + "/repository/.git", credentials, work);

            assertThat(work.resolve("file")).hasContent("content");
        }
    }

    @Test
    void anHttpsServerOfAnUnknownAuthorityIsNotBelieved() throws Exception {
        TestCertificates.make(directory.resolve("pki"));
        Path other = TestCertificates.make(directory.resolve("other"));
        try (TestGitServer server = TestGitServer.https(directory, directory.resolve("pki"))) {
            for (String authorities : new @Nullable String[] {null, Files.readString(other)}) {
                var credentials = new GitCredentials(TestGitServer.LOGIN, null, authorities);

                Problem problem = refused(server.address() + "/repository/.git", credentials);

                assertThat(problem.code()).isEqualTo(ProblemCode.GitUnauthorized);
                assertThat(problem.what())
                        .isEqualTo("the git server's certificate is signed by no authority that is known");
            }
        }
    }

    @Test
    void aWrongPasswordAndAMissingRepositoryAreToldApart() throws Exception {
        String authorities = Files.readString(TestCertificates.make(directory.resolve("pki")));
        try (TestGitServer server = TestGitServer.https(directory, directory.resolve("pki"))) {
            var wrong = new GitCredentials(new GitCredentials.Login("reader", "guess"), null, authorities);
            var right = new GitCredentials(TestGitServer.LOGIN, null, authorities);

            assertThat(refused(server.address() + "/repository/.git", wrong).code())
                    .isEqualTo(ProblemCode.GitUnauthorized);
            assertThat(refused(server.address() + "/nothing/.git", right).code())
                    .isEqualTo(ProblemCode.GitRepositoryNotFound);
        }
    }

    @Test
    void aRedirectIsNotFollowedSoNoPasswordGoesElsewhere() throws Exception {
        Path ca = TestCertificates.make(directory.resolve("pki"));
        try (TestGitServer target = TestGitServer.https(directory, directory.resolve("pki"));
                TestGitServer server = TestGitServer.redirectingTo(target.address())) {
            var credentials = new GitCredentials(TestGitServer.LOGIN, null, Files.readString(ca));

            assertThat(refused(server.address() + "/repository/.git", credentials)
                            .what())
                    .isEqualTo("the git server sends on to another address, which is not followed");
        }
    }

    @Test
    void anAnswerWithoutEndIsGivenUp() throws Exception {
        try (TestGitServer server = TestGitServer.endless();
                var settings = new GitTransport(GitCredentials.NONE, 10, 1 << 20);
                Git git = Git.open(repository.toFile())) {
            Throwable thrown = catchThrowable(() -> git.lsRemote()
                    .setRemote(server.address() + "/a")
                    .setTransportConfigCallback(settings)
                    .call());

            assertThat(GitFailure.of(thrown).problem().code()).isEqualTo(ProblemCode.SourceTooLarge);
        }
    }

    private static GitCredentials ssh(String privateKey, String knownHosts) {
        return new GitCredentials(null, new GitCredentials.SshIdentity(privateKey, knownHosts), null);
    }

    private Problem refused(String url, GitCredentials credentials) {
        StrataException thrown = catchThrowableOfType(
                StrataException.class,
                () -> checkOut(url, credentials, Files.createTempDirectory(directory, "refused")));
        assertThat(thrown).as("a refusal of " + url).isNotNull();
        return thrown.problem();
    }

    private Instant checkOut(String url, GitCredentials credentials, Path work) throws Exception {
        return new GitSource(new BuildRequest.Git(url, commit.name()), credentials).checkOut(work);
    }
}
