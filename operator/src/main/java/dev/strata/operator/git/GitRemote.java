/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.git;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.LsRemoteCommand;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.jspecify.annotations.Nullable;

/// Looks up refs of git servers, each within 10 s, following no redirect. What a server answers is
/// never shown.
public final class GitRemote {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private final String clusterDomain;

    public GitRemote(String clusterDomain) {
        this.clusterDomain = clusterDomain;
    }

    /// The full commit id that `revision` (a branch, tag or commit id; null is the default branch) names now.
    ///
    /// @throws StrataException `GitRepositoryNotFound`, `GitRevisionNotFound`, `GitUnauthorized`, `GitUnreachable`
    public String resolve(String url, @Nullable String revision, @Nullable GitCredentials credentials) {
        if (revision != null && COMMIT.matcher(revision).matches()) {
            return revision;
        }
        URIish address = GitAddress.check(url, clusterDomain);
        Map<String, Ref> refs = within(() -> refs(address, credentials));
        Ref ref = revision == null ? refs.get("HEAD") : named(refs, revision);
        ObjectId id =
                ref == null ? null : ref.getPeeledObjectId() == null ? ref.getObjectId() : ref.getPeeledObjectId();
        if (id == null) {
            throw failed(
                    ProblemCode.GitRevisionNotFound,
                    "the repository has no branch or tag " + (revision == null ? "HEAD" : revision),
                    "check spec.source.git.revision",
                    null);
        }
        return id.name();
    }

    private static @Nullable Ref named(Map<String, Ref> refs, String revision) {
        for (String prefix : new String[] {"", "refs/heads/", "refs/tags/"}) {
            Ref ref = refs.get(prefix + revision);
            if (ref != null) {
                return ref;
            }
        }
        return null;
    }

    private interface Lookup {
        Map<String, Ref> refs() throws GitAPIException, IOException;
    }

    private static Map<String, Ref> within(Lookup lookup) {
        var task = new FutureTask<Map<String, Ref>>(lookup::refs);
        Thread.ofVirtual().name("git-ls-remote").start(task);
        try {
            return task.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw failed(
                    ProblemCode.GitUnreachable,
                    "the git server did not answer within " + LIMIT.toSeconds() + " s",
                    "check spec.source.git.url and the network policies of the operator",
                    e);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw failed(ProblemCode.GitUnreachable, "the look-up was interrupted", "", e);
        } catch (ExecutionException e) {
            throw translated(e);
        }
    }

    private static Map<String, Ref> refs(URIish address, @Nullable GitCredentials credentials)
            throws GitAPIException, IOException {
        try (var empty = new InMemoryRepository(new DfsRepositoryDescription("ls-remote"))) {
            empty.getConfig().setString("http", null, "followRedirects", "false");
            LsRemoteCommand command =
                    Git.wrap(empty).lsRemote().setRemote(address.toString()).setTimeout((int) LIMIT.toSeconds());
            if (credentials != null) {
                command.setCredentialsProvider(
                        new UsernamePasswordCredentialsProvider(credentials.username(), credentials.password()));
            }
            return command.callAsMap();
        }
    }

    private static StrataException translated(ExecutionException failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (cause instanceof NoRemoteRepositoryException) {
                return failed(
                        ProblemCode.GitRepositoryNotFound,
                        "the git server has no such repository, or not for these credentials",
                        "check spec.source.git.url and secretRef",
                        failure);
            }
            if (message.contains("not authorized") || message.contains("authentication is required")) {
                return failed(
                        ProblemCode.GitUnauthorized,
                        "the git server refuses these credentials",
                        "check the Secret that spec.source.git.secretRef names",
                        failure);
            }
        }
        return failed(
                ProblemCode.GitUnreachable,
                "the git server cannot be reached",
                "check spec.source.git.url and the network policies of the operator",
                failure);
    }

    private static StrataException failed(ProblemCode code, String what, String advice, @Nullable Throwable cause) {
        return new StrataException(Problem.of(code, what, "", advice), cause);
    }
}
