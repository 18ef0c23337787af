/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.eclipse.jgit.api.FetchCommand;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.InvalidRemoteException;
import org.eclipse.jgit.api.errors.JGitInternalException;
import org.eclipse.jgit.api.errors.TransportException;
import org.eclipse.jgit.dircache.InvalidPathException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;

/// One commit of a repository, checked out into a directory without its history.
public final class GitSource {
    private static final int TIMEOUT_SECONDS = 60;

    private final BuildRequest.Git git;
    private final GitCredentials credentials;
    private final SourceLimits limits;

    public GitSource(BuildRequest.Git git, GitCredentials credentials) {
        this(git, credentials, SourceLimits.USUAL);
    }

    GitSource(BuildRequest.Git git, GitCredentials credentials, SourceLimits limits) {
        this.git = git;
        this.credentials = credentials;
        this.limits = limits;
    }

    /// Checks the commit out into the empty `directory` and returns the commit's time, which every file of
    /// the context is given: a clone's own times would make each layer a new one. The repository itself goes
    /// beside `directory`.
    ///
    /// @throws StrataException `CredentialsInvalid`, `GitRevisionNotFound`, `SourceTooLarge`, `StoreInvalid`,
    ///   and what [GitFailure] tells
    public Instant checkOut(Path directory) throws IOException {
        Path metadata = Files.createTempDirectory(directory.getParent(), "git");
        try (var transport = new GitTransport(credentials, TIMEOUT_SECONDS, limits.bytes());
                Git repository = Git.init()
                        .setDirectory(directory.toFile())
                        .setGitDir(metadata.toFile())
                        .call()) {
            GitTransport.prepare(repository.getRepository());
            fetch(repository, transport);
            ObjectId id = ObjectId.fromString(git.commit());
            if (!repository.getRepository().getObjectDatabase().has(id)) {
                throw noSuchCommit();
            }
            RevCommit commit = repository.getRepository().parseCommit(id);
            limits.require(repository.getRepository(), commit);
            repository.checkout().setName(git.commit()).setForced(true).call();
            return Instant.ofEpochSecond(commit.getCommitTime());
        } catch (TransportException | InvalidRemoteException e) {
            throw GitFailure.of(e);
        } catch (GitAPIException | InvalidPathException | MissingObjectException | IncorrectObjectTypeException e) {
            throw notCheckedOut(e);
        } catch (JGitInternalException e) {
            throw internal(e);
        }
    }

    private StrataException notCheckedOut(Exception cause) {
        return new StrataException(
                Problem.of(
                        ProblemCode.GitRevisionNotFound,
                        "the commit " + git.commit() + " cannot be checked out",
                        String.valueOf(cause.getMessage()),
                        "check that it is still in the repository, and whole: git fsck"),
                cause);
    }

    /// JGit tells so what it did not expect: a full disk, or an object that is missing or damaged.
    private StrataException internal(JGitInternalException failure) {
        return switch (failure.getCause()) {
            case MissingObjectException _, CorruptObjectException _, IncorrectObjectTypeException _ ->
                notCheckedOut(failure);
            case IOException disk ->
                new StrataException(
                        Problem.of(
                                ProblemCode.StoreInvalid,
                                "the source cannot be written",
                                String.valueOf(disk.getMessage()),
                                "give the builder more disk: spec.resources.limits.ephemeral-storage"),
                        failure);
            case null, default -> notCheckedOut(failure);
        };
    }

    private StrataException noSuchCommit() {
        return new StrataException(Problem.of(
                ProblemCode.GitRevisionNotFound,
                "the repository has no commit " + git.commit(),
                "",
                "check spec.source.git.revision; a branch or tag must lead to it"));
    }

    /// Asks for the commit alone; a server that gives only what a branch or tag names is asked for these.
    private void fetch(Git repository, GitTransport transport) throws GitAPIException {
        try {
            command(repository, transport)
                    .setRefSpecs(new RefSpec(git.commit() + ":refs/strata/commit"))
                    .setDepth(1)
                    .call();
        } catch (TransportException | InvalidRemoteException refused) {
            switch (GitFailure.of(refused).problem().code()) {
                case GitUnreachable, GitRepositoryNotFound -> {}
                default -> throw refused;
            }
            command(repository, transport)
                    .setRefSpecs(List.of(
                            new RefSpec("+refs/heads/*:refs/strata/heads/*"),
                            new RefSpec("+refs/tags/*:refs/strata/tags/*")))
                    .call();
        }
    }

    private FetchCommand command(Git repository, GitTransport transport) {
        return repository
                .fetch()
                .setRemote(git.url())
                .setTagOpt(TagOpt.NO_TAGS)
                .setTimeout(TIMEOUT_SECONDS)
                .setTransportConfigCallback(transport);
    }
}
