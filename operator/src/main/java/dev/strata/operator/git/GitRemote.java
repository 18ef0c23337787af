/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.git;

import dev.strata.engine.git.GitCredentials;
import dev.strata.engine.git.GitFailure;
import dev.strata.engine.git.GitTransport;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;

/// Looks up refs of git servers, each within 10 s and 2 MiB, following no redirect. A server of protocol 2, as nearly
/// all are, sends only the refs that are asked for; one of an older protocol sends all it has, about 30,000 in 2 MiB.
/// What a server answers is never shown.
public final class GitRemote {
    /// As many look-ups may go on at once: the refs of one take about 6 MiB of the heap at most.
    public static final int AT_ONCE = 4;

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long MAX_BYTES = 2 << 20;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private final String clusterDomain;

    public GitRemote(String clusterDomain) {
        this.clusterDomain = clusterDomain;
    }

    /// The full commit id that `revision` (a branch, tag or commit id; null is the default branch) names now.
    ///
    /// @throws StrataException `CredentialsInvalid`, `GitRevisionNotFound`, and what [GitFailure] tells
    public String resolve(String url, @Nullable String revision, GitCredentials credentials) {
        if (revision != null && COMMIT.matcher(revision).matches()) {
            GitAddress.parse(url, clusterDomain);
            return revision;
        }
        List<String> names = names(revision);
        Map<String, Ref> refs = within(() -> refs(GitAddress.check(url, clusterDomain), credentials, names));
        Ref ref = names.stream()
                .map(refs::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
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

    /// The full names that a revision may have, the first one that is there counts.
    private static List<String> names(@Nullable String revision) {
        return revision == null
                ? List.of("HEAD")
                : List.of(revision, "refs/heads/" + revision, "refs/tags/" + revision);
    }

    private interface Lookup {
        Map<String, Ref> refs() throws IOException;
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
            throw GitFailure.of(e);
        }
    }

    static Map<String, Ref> refs(URIish address, GitCredentials credentials, List<String> names) throws IOException {
        try (var empty = new InMemoryRepository(new DfsRepositoryDescription("ls-remote"));
                var settings = new GitTransport(credentials, (int) LIMIT.toSeconds(), MAX_BYTES)) {
            GitTransport.prepare(empty);
            try (Transport transport = "git".equals(address.getScheme())
                    ? new GitProtocol(empty, address, MAX_BYTES)
                    : Transport.open(empty, address)) {
                settings.configure(transport);
                try (FetchConnection connection = transport.openFetch(List.of(), names.toArray(String[]::new))) {
                    return connection.getRefsMap();
                }
            }
        }
    }

    private static StrataException failed(ProblemCode code, String what, String advice, @Nullable Throwable cause) {
        return new StrataException(Problem.of(code, what, "", advice), cause);
    }
}
