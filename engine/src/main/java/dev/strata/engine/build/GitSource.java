/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.TransportException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/// One commit of a repository, checked out into a directory without its history.
final class GitSource {
    private static final int TIMEOUT_SECONDS = 60;

    private final BuildRequest.Git git;
    private final Path credentials;

    /// @param credentials directory with the files of the git Secret; may be missing
    GitSource(BuildRequest.Git git, Path credentials) {
        this.git = git;
        this.credentials = credentials;
    }

    /// Checks the commit out into the empty `directory` and returns the commit's time, which every file of
    /// the context is given: a clone's own times would make each layer a new one.
    Instant checkOut(Path directory) throws IOException {
        // JGit would measure the file system's clock first, for seconds; a fresh checkout needs no such thing.
        FS.FileStoreAttributes.setBackground(true);
        Path metadata = Files.createTempDirectory(directory.getParent(), "git");
        try (Git repository = Git.init()
                .setDirectory(directory.toFile())
                .setGitDir(metadata.toFile())
                .call()) {
            fetch(repository);
            ObjectId id = ObjectId.fromString(git.commit());
            if (!repository.getRepository().getObjectDatabase().has(id)) {
                throw noSuchCommit();
            }
            repository.checkout().setName(git.commit()).setForced(true).call();
            RevCommit commit = repository.getRepository().parseCommit(id);
            return Instant.ofEpochSecond(commit.getCommitTime());
        } catch (TransportException e) {
            throw transport(e);
        } catch (GitAPIException e) {
            throw new StrataException(
                    Problem.of(
                            ProblemCode.GitRevisionNotFound,
                            "the commit " + git.commit() + " cannot be checked out",
                            String.valueOf(e.getMessage()),
                            "check that it is still in the repository"),
                    e);
        }
    }

    private StrataException noSuchCommit() {
        return new StrataException(Problem.of(
                ProblemCode.GitRevisionNotFound,
                "the repository has no commit " + git.commit(),
                "",
                "check spec.source.git.revision; a branch or tag must lead to it"));
    }

    /// Asks for the commit alone; a server that gives only what a branch or tag names is asked for these.
    private void fetch(Git repository) throws GitAPIException {
        try {
            repository
                    .fetch()
                    .setRemote(git.url())
                    .setRefSpecs(new RefSpec(git.commit() + ":refs/strata/commit"))
                    .setDepth(1)
                    .setTagOpt(TagOpt.NO_TAGS)
                    .setTimeout(TIMEOUT_SECONDS)
                    .setCredentialsProvider(provider())
                    .call();
        } catch (TransportException refused) {
            repository
                    .fetch()
                    .setRemote(git.url())
                    .setRefSpecs(List.of(
                            new RefSpec("+refs/heads/*:refs/strata/heads/*"),
                            new RefSpec("+refs/tags/*:refs/strata/tags/*")))
                    .setTagOpt(TagOpt.NO_TAGS)
                    .setTimeout(TIMEOUT_SECONDS)
                    .setCredentialsProvider(provider())
                    .call();
        }
    }

    private @Nullable CredentialsProvider provider() {
        Path user = credentials.resolve("username");
        Path password = credentials.resolve("password");
        try {
            return Files.isReadable(user) && Files.isReadable(password)
                    ? new UsernamePasswordCredentialsProvider(
                            Files.readString(user).strip(),
                            Files.readString(password).strip())
                    : null;
        } catch (IOException e) {
            throw new StrataException(
                    Problem.of(
                            ProblemCode.CredentialsInvalid,
                            "the git credentials cannot be read",
                            "",
                            "check the Secret's keys username and password"),
                    e);
        }
    }

    /// The server's own text stays out of the message: it may hold anything.
    private StrataException transport(TransportException e) {
        String text = String.valueOf(e.getMessage());
        ProblemCode code = text.contains("not authorized") || text.contains("authentication")
                ? ProblemCode.GitUnauthorized
                : text.contains("not found") ? ProblemCode.GitRepositoryNotFound : ProblemCode.GitUnreachable;
        return new StrataException(
                Problem.of(
                        code,
                        "the repository cannot be fetched",
                        "",
                        "check the url, the credentials and that the server can be reached from builder pods"),
                e);
    }
}
