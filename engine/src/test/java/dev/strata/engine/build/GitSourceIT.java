/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commits of a repository on this machine.
class GitSourceIT {
    @TempDir
    Path directory;

    @Test
    void aCommitIsCheckedOutWithItsTime() throws Exception {
        RevCommit commit = repository();

        Path work = Files.createDirectory(directory.resolve("work"));
        Instant time = source(commit.name()).checkOut(work);

        assertThat(work.resolve("file")).hasContent("content");
        assertThat(time).isEqualTo(Instant.ofEpochSecond(commit.getCommitTime()));
    }

    @Test
    void aCommitThatIsNotThereIsAProblemOfTheRevision() throws Exception {
        repository();

        StrataException thrown = catchThrowableOfType(
                StrataException.class,
                () -> source("0123456789abcdef0123456789abcdef01234567")
                        .checkOut(Files.createDirectory(directory.resolve("work"))));

        assertThat(thrown.problem().code()).isEqualTo(ProblemCode.GitRevisionNotFound);
        assertThat(thrown.problem().what())
                .isEqualTo("the repository has no commit 0123456789abcdef0123456789abcdef01234567");
    }

    private RevCommit repository() throws Exception {
        try (Git git = Git.init()
                .setDirectory(directory.resolve("repository").toFile())
                .call()) {
            Files.writeString(directory.resolve("repository/file"), "content");
            git.add().addFilepattern("file").call();
            var author = new PersonIdent("author", "author@example.invalid");
            return git.commit()
                    .setMessage("a file")
                    .setAuthor(author)
                    .setCommitter(author)
                    .setSign(false)
                    .call();
        }
    }

    private GitSource source(String commit) {
        return new GitSource(
                new BuildRequest.Git(directory.resolve("repository").toUri().toString(), commit),
                directory.resolve("no credentials"));
    }
}
