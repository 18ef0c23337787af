/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.strata.engine.git.GitCredentials;
import dev.strata.engine.git.GitFailure;
import dev.strata.engine.problem.ProblemCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.URIish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against git's own daemon, and against a server that never ends.
class GitProtocolIT {
    @TempDir
    Path directory;

    @Test
    void refsOfADaemonAreListed() throws Exception {
        run("git", "init", "-q", "-b", "main", directory.resolve("app.git").toString());
        run(
                "git",
                "-C",
                directory.resolve("app.git").toString(),
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.invalid",
                "-c",
                "commit.gpgsign=false",
                "commit",
                "-q",
                "--allow-empty",
                "-m",
                "one");
        int port = freePort();
        Process daemon = new ProcessBuilder(
                        "git",
                        "daemon",
                        "--listen=127.0.0.1",
                        "--port=" + port,
                        "--export-all",
                        "--base-path=" + directory)
                .inheritIO()
                .start();
        try {
            Awaitility.await("git daemon")
                    .atMost(Duration.ofSeconds(10))
                    .ignoreExceptions()
                    .until(() -> {
                        new Socket(InetAddress.getLoopbackAddress(), port).close();
                        return true;
                    });

            assertThat(refs("git://127.0.0.1:" + port + "/app.git", 1 << 20))
                    .extracting(Ref::getName)
                    .contains("HEAD", "refs/heads/main");
            assertThat(GitFailure.of(catchThrowable(() -> refs("git://127.0.0.1:" + port + "/nothing.git", 1 << 20)))
                            .problem()
                            .code())
                    .isEqualTo(ProblemCode.GitRepositoryNotFound);

            manyTags(50_000);
            var address = new URIish("git://127.0.0.1:" + port + "/app.git");
            assertThat(GitRemote.refs(address, GitCredentials.NONE, List.of("main", "refs/heads/main")))
                    .as("only what is asked for")
                    .containsOnlyKeys("refs/heads/main");
            assertThat(GitRemote.refs(address, GitCredentials.NONE, List.of("HEAD")))
                    .as("with the branch that it points to")
                    .containsOnlyKeys("HEAD", "refs/heads/main");
            assertThat(GitRemote.refs(address, GitCredentials.NONE, List.of("refs/tags/t49999")))
                    .containsOnlyKeys("refs/tags/t49999");
        } finally {
            // The daemon is a child of `git`, which passes the signal on.
            daemon.descendants().forEach(ProcessHandle::destroy);
            daemon.destroy();
            daemon.waitFor(10, TimeUnit.SECONDS);
        }
    }

    /// More than a look-up reads.
    private void manyTags(int count) throws IOException {
        Path repository = directory.resolve("app.git/.git");
        String commit = Files.readString(repository.resolve("refs/heads/main")).strip();
        Files.writeString(
                repository.resolve("packed-refs"),
                IntStream.range(0, count)
                        .mapToObj(number -> commit + " refs/tags/t" + number + "\n")
                        .sorted()
                        .collect(Collectors.joining("", "# pack-refs with: sorted\n", "")));
    }

    @Test
    void anOldServerMayNotFillTheMemory() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var sent = new AtomicLong();
            Thread.ofVirtual().start(() -> answerForEver(server, sent));
            var address = new URIish("git://127.0.0.1:" + server.getLocalPort() + "/a");

            Throwable thrown = catchThrowable(() -> GitRemote.refs(address, GitCredentials.NONE, List.of("HEAD")));

            assertThat(GitFailure.of(thrown).problem().code()).isEqualTo(ProblemCode.SourceTooLarge);
            assertThat(sent.get()).as("with what the sockets hold").isLessThan(12 << 20);
        }
    }

    @Test
    void anAnswerWithoutEndIsGivenUp() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerForEver(server, new AtomicLong()));

            Throwable thrown = catchThrowable(() -> refs("git://127.0.0.1:" + server.getLocalPort() + "/a", 1 << 20));

            assertThat(GitFailure.of(thrown).problem().code()).isEqualTo(ProblemCode.SourceTooLarge);
        }
    }

    private static void answerForEver(ServerSocket server, AtomicLong sent) {
        try (Socket client = server.accept();
                var out = client.getOutputStream()) {
            for (long number = 0; ; number++) {
                String line = "%040x refs/heads/%016d\n".formatted(number, number);
                out.write("%04x%s".formatted(line.length() + 4, line).getBytes(StandardCharsets.US_ASCII));
                sent.addAndGet(line.length() + 4);
            }
        } catch (IOException e) {
            // The client has hung up.
        }
    }

    private static List<Ref> refs(String url, long maxBytes) throws Exception {
        try (var empty = new InMemoryRepository(new DfsRepositoryDescription("test"));
                var transport = new GitProtocol(empty, new URIish(url), maxBytes)) {
            transport.setTimeout(10);
            try (FetchConnection connection = transport.openFetch()) {
                return List.copyOf(connection.getRefs());
            }
        }
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
