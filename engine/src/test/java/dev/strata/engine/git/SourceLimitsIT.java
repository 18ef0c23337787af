/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.trust.TestCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A commit is measured before anything of it is written. Needs git.
class SourceLimitsIT {
    private static final SourceLimits ENOUGH = new SourceLimits(20_000, 3);

    @TempDir
    Path directory;

    private Path repository;
    private String commit;

    @BeforeEach
    void commit() throws Exception {
        repository = Files.createDirectories(directory.resolve("repository"));
        Files.createDirectory(repository.resolve("sub"));
        Files.writeString(repository.resolve("sub/zeros"), "0".repeat(20_000 - 5));
        Files.writeString(repository.resolve("file"), "file\n");
        try (Git git = Git.init().setDirectory(repository.toFile()).call()) {
            git.add().addFilepattern(".").call();
            commit = git.commit()
                    .setSign(false)
                    .setMessage("all")
                    .setAuthor("a", "a@b")
                    .setCommitter("a", "a@b")
                    .call()
                    .name();
        }
    }

    private void checkOut(String url, String id, GitCredentials credentials, SourceLimits limits) throws IOException {
        Path work = Files.createDirectories(directory.resolve("work"));
        new GitSource(new BuildRequest.Git(url, id), credentials, limits).checkOut(work);
    }

    private Problem refused(String url, String id, GitCredentials credentials, SourceLimits limits) {
        StrataException thrown =
                catchThrowableOfType(StrataException.class, () -> checkOut(url, id, credentials, limits));
        assertThat(thrown).isNotNull();
        return thrown.problem();
    }

    private Problem refused(SourceLimits limits) {
        return refused(repository.toUri().toString(), commit, GitCredentials.NONE, limits);
    }

    @Test
    void whatIsWithinTheLimitsIsCheckedOut() throws Exception {
        checkOut(repository.toUri().toString(), commit, GitCredentials.NONE, ENOUGH);

        assertThat(directory.resolve("work/sub/zeros")).hasSize(20_000 - 5);
    }

    @Test
    void aTreeWithMoreFilesOrBytesIsRefusedAndNothingIsWritten() {
        Problem entries = refused(new SourceLimits(ENOUGH.bytes(), 2));
        Problem bytes = refused(new SourceLimits(ENOUGH.bytes() - 1, 3));

        assertThat(entries.code()).isEqualTo(ProblemCode.SourceTooLarge);
        assertThat(entries.why()).isEqualTo("it has more than 2 files and directories");
        assertThat(bytes.code()).isEqualTo(ProblemCode.SourceTooLarge);
        assertThat(bytes.why()).isEqualTo("it has files of more than 19999 bytes");
        assertThat(directory.resolve("work/file")).doesNotExist();
    }

    @Test
    void anAnswerWithALargerPackIsGivenUp() throws Exception {
        Path ca = TestCertificates.make(directory.resolve("pki"));
        try (TestGitServer server = TestGitServer.https(directory, directory.resolve("pki"))) {
            var credentials = new GitCredentials(TestGitServer.LOGIN, null, Files.readString(ca));
            String url = server.address() + "/repository/.git";

            assertThat(refused(url, commit, credentials, new SourceLimits(100, 3))
                            .code())
                    .isEqualTo(ProblemCode.SourceTooLarge);
        }
    }

    private String git(String input, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("git", "-C", repository.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output;
    }

    @Test
    void aTreeThatNobodyMayCheckOutIsAProblemOfTheRevision() throws Exception {
        String blob = git("evil", "hash-object", "-w", "--stdin");
        String tree = git("100644 blob " + blob + "\tconfig\n", "mktree");
        String top = git("040000 tree " + tree + "\t.git\n", "mktree");
        String evil = git("evil", "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", top);
        git("", "update-ref", "refs/heads/evil", evil);

        Problem problem = refused(repository.toUri().toString(), evil, GitCredentials.NONE, ENOUGH);

        assertThat(problem.code()).isEqualTo(ProblemCode.GitRevisionNotFound);
        assertThat(problem.what()).isEqualTo("the commit " + evil + " cannot be checked out");
    }
}
