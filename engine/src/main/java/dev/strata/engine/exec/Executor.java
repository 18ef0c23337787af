/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs processes by `crun`, below `strata-launcher run`: that gives each a pid namespace that ends with
/// this process, however it ends, and a mount namespace in which crun finds a cgroup tree it accepts.
public final class Executor {
    private static final String HOSTS =
            "127.0.0.1\tlocalhost " + RuntimeConfig.HOSTNAME + "\n::1\tlocalhost ip6-localhost ip6-loopback\n";
    private static final int GRACE_SECONDS = 10;

    private final ExecSettings settings;
    private final Path directory;

    /// @param directory where bundles and crun's state are kept while a process runs
    public Executor(ExecSettings settings, Path directory) {
        this.settings = settings;
        this.directory = directory;
    }

    /// Runs a process to its end and hands over every line of its output as it comes.
    ///
    /// @throws StrataException when the command could not be started at all
    /// @throws InterruptedException after the process was killed, when this thread is interrupted
    public ExecResult run(ProcessSpec spec, Consumer<String> output) throws IOException, InterruptedException {
        String id = "run-" + UUID.randomUUID();
        Path bundle = Files.createDirectories(directory.resolve(id));
        try {
            mounted(bundle.resolve("hosts"), HOSTS.getBytes(StandardCharsets.UTF_8));
            Path resolver = Path.of("/etc/resolv.conf");
            mounted(
                    bundle.resolve("resolv.conf"),
                    Files.isReadable(resolver) ? Files.readAllBytes(resolver) : new byte[0]);
            Files.write(bundle.resolve("config.json"), RuntimeConfig.bytes(spec, bundle));
            Set<String> missing = MountPoints.make(spec.rootfs());
            int code = start(id, bundle, output);
            if (code != 0) {
                new StartFailure(settings, bundle).refuse(code);
            }
            return new ExecResult(code, missing);
        } finally {
            try (RootDirectory root = RootDirectory.open(directory)) {
                root.removeTree(id);
            }
        }
    }

    /// Writes a file that every user of a RUN may read, whatever umask(2) this process was given.
    private static void mounted(Path file, byte[] content) throws IOException {
        Files.write(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private int start(String id, Path bundle, Consumer<String> output) throws IOException, InterruptedException {
        Process process = launch(id, bundle);
        var reading = new FutureTask<Void>(() -> read(process, output), null);
        Thread.ofPlatform().name("output-" + id).start(reading);
        try {
            reading.get();
            return process.waitFor();
        } catch (InterruptedException e) {
            stop(process);
            throw e;
        } catch (ExecutionException e) {
            stop(process);
            throw thrown(e.getCause());
        }
    }

    private Process launch(String id, Path bundle) {
        var builder = new ProcessBuilder(
                        settings.launcher().toString(),
                        "run",
                        "--",
                        settings.crun().toString(),
                        "--root",
                        bundle.resolve("crun").toString(),
                        "--log",
                        bundle.resolve(StartFailure.LOG).toString(),
                        "--cgroup-manager=disabled",
                        "run",
                        "--no-new-keyring",
                        "--pid-file",
                        bundle.resolve(StartFailure.PID).toString(),
                        "--bundle",
                        bundle.toString(),
                        id)
                .redirectErrorStream(true);
        builder.environment()
                .put("STRATA_FAILURE", bundle.resolve(StartFailure.LAUNCHER).toString());
        try {
            return builder.start();
        } catch (IOException e) {
            throw StartFailure.noLauncher(settings.launcher(), e);
        }
    }

    /// The launcher ends everything when its standard input does.
    private static void stop(Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /// What the reader of the output threw: the command itself has not failed.
    private static RuntimeException thrown(@Nullable Throwable cause) throws IOException {
        switch (cause) {
            case UncheckedIOException e -> throw e.getCause();
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> throw new IOException("reading a RUN's output", cause);
        }
    }

    private static void read(Process process, Consumer<String> output) {
        try (var in = process.getInputStream()) {
            OutputLines.read(in, output);
        } catch (IOException e) {
            throw new UncheckedIOException("reading a RUN's output", e);
        }
    }
}
