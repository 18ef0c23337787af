/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/// OpenSSH's own server on a loopback port, for the user root and one key.
final class TestSshServer implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Path directory;

    private TestSshServer(Process process, int port, Path directory) {
        this.process = process;
        this.port = port;
        this.directory = directory;
    }

    static TestSshServer start(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        key(directory.resolve("host"), "");
        key(directory.resolve("user"), "");
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(directory.resolve("sshd_config"), """
                ListenAddress 127.0.0.1:%d
                HostKey %s/host
                AuthorizedKeysFile %s/user.pub
                PermitRootLogin prohibit-password
                PasswordAuthentication no
                StrictModes no
                UsePAM no
                PidFile none
                AcceptEnv GIT_PROTOCOL
                """.formatted(port, directory, directory));
        // sshd wants its directory below /run; it gets one in a mount namespace of its own.
        String sshd = "mount -t tmpfs none /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f " + config;
        Process process = new ProcessBuilder("unshare", "-m", "sh", "-c", sshd)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        var server = new TestSshServer(process, port, directory);
        Awaitility.await("sshd, see " + directory.resolve("log"))
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> {
                    new Socket(InetAddress.getLoopbackAddress(), port).close();
                    return true;
                });
        return server;
    }

    static void key(Path file, String passphrase) throws IOException, InterruptedException {
        run(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", file.toString()));
    }

    /// `ssh://` to the repository at `path`.
    String url(Path path) {
        return "ssh://root@127.0.0.1:" + port + path;
    }

    String privateKey() throws IOException {
        return Files.readString(directory.resolve("user"));
    }

    /// The line that `ssh-keyscan` would print.
    String knownHosts() throws IOException {
        return "[127.0.0.1]:" + port + " " + Files.readString(directory.resolve("host.pub"));
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new AssertionError(command + " failed");
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
