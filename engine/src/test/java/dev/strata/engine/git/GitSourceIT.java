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
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commits from this machine, and from a real server of https.
class GitSourceIT {
    @TempDir
    Path directory;

    private TestRepository repository;

    @BeforeEach
    void aRepositoryWithOneFile() throws Exception {
        repository = new TestRepository(directory);
    }

    @Test
    void aCommitIsCheckedOutWithItsTime() throws Exception {
        Path work = Files.createDirectory(directory.resolve("work"));
        Instant time = repository.checkOut(repository.url(), GitCredentials.NONE, work);

        assertThat(work.resolve("file")).hasContent("content");
        assertThat(time).isEqualTo(Instant.ofEpochSecond(repository.commit().getCommitTime()));
    }

    @Test
    void theUsersConfigurationOfGitLeadsNowhereElse() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        String url = repository.url();
        Files.writeString(home.resolve(".gitconfig"), "[url \"/nowhere/\"]\n  insteadOf = " + url + "\n");
        Path work = Files.createDirectory(directory.resolve("work"));
        var before = FS.DETECTED.userHome();
        FS.DETECTED.setUserHome(home.toFile());
        try {
            repository.checkOut(url, GitCredentials.NONE, work);
        } finally {
            FS.DETECTED.setUserHome(before);
        }
        assertThat(work.resolve("file")).hasContent("content");
    }

    @Test
    void aCommitThatIsNotThereIsAProblemOfTheRevision() throws Exception {
        var git = new BuildRequest.Git(repository.url(), "0123456789abcdef0123456789abcdef01234567");
        Path work = Files.createDirectory(directory.resolve("work"));

        StrataException thrown = catchThrowableOfType(
                StrataException.class, () -> new GitSource(git, GitCredentials.NONE).checkOut(work));

        assertThat(thrown.problem().code()).isEqualTo(ProblemCode.GitRevisionNotFound);
        assertThat(thrown.problem().what())
                .isEqualTo("the repository has no commit 0123456789abcdef0123456789abcdef01234567");
    }

    @Test
    void httpsWithTheLoginAndTheAuthorityOfTheSecret() throws Exception {
        Path ca = TestCertificates.make(directory.resolve("pki"));
        try (TestGitServer server = TestGitServer.https(directory, directory.resolve("pki"))) {
            Path work = Files.createDirectory(directory.resolve("work"));
            var credentials = new GitCredentials(TestGitServer.LOGIN, null, Files.readString(ca));

            repository.checkOut(server.address() + "/repository/.git", credentials, work);

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

                Problem problem = repository.refused(server.address() + "/repository/.git", credentials);

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

            assertThat(repository
                            .refused(server.address() + "/repository/.git", wrong)
                            .code())
                    .isEqualTo(ProblemCode.GitUnauthorized);
            assertThat(repository
                            .refused(server.address() + "/nothing/.git", right)
                            .code())
                    .isEqualTo(ProblemCode.GitRepositoryNotFound);
        }
    }

    @Test
    void aRedirectIsNotFollowedSoNoPasswordGoesElsewhere() throws Exception {
        Path ca = TestCertificates.make(directory.resolve("pki"));
        try (TestGitServer target = TestGitServer.https(directory, directory.resolve("pki"));
                TestGitServer server = TestGitServer.redirectingTo(target.address())) {
            var credentials = new GitCredentials(TestGitServer.LOGIN, null, Files.readString(ca));

            assertThat(repository
                            .refused(server.address() + "/repository/.git", credentials)
                            .what())
                    .isEqualTo("the git server sends on to another address, which is not followed");
        }
    }

    @Test
    void anAnswerWithoutEndIsGivenUp() throws Exception {
        try (TestGitServer server = TestGitServer.endless();
                var settings = new GitTransport(GitCredentials.NONE, 10, 1 << 20);
                Git git = Git.open(repository.path().toFile())) {
            Throwable thrown = catchThrowable(() -> git.lsRemote()
                    .setRemote(server.address() + "/a")
                    .setTransportConfigCallback(settings)
                    .call());

            assertThat(GitFailure.of(thrown).problem().code()).isEqualTo(ProblemCode.SourceTooLarge);
        }
    }
}
