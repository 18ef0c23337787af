/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;

/// A repository below a temporary directory with one commit: the file `file`.
final class TestRepository {
    private final Path directory;
    private final Path path;
    private final RevCommit commit;

    TestRepository(Path directory) throws IOException, GitAPIException {
        this.directory = directory;
        path = directory.resolve("repository");
        try (Git git = Git.init().setDirectory(path.toFile()).call()) {
            Files.writeString(path.resolve("file"), "content");
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

    Path path() {
        return path;
    }

    String url() {
        return path.toUri().toString();
    }

    RevCommit commit() {
        return commit;
    }

    /// Checks the commit out from `url`; the commit's time.
    Instant checkOut(String url, GitCredentials credentials, Path work) throws IOException {
        return new GitSource(new BuildRequest.Git(url, commit.name()), credentials).checkOut(work);
    }

    /// Why the commit cannot be had from `url`.
    Problem refused(String url, GitCredentials credentials) {
        StrataException thrown = catchThrowableOfType(
                StrataException.class,
                () -> checkOut(url, credentials, Files.createTempDirectory(directory, "refused")));
        assertThat(thrown).as("a refusal of " + url).isNotNull();
        return thrown.problem();
    }
}
