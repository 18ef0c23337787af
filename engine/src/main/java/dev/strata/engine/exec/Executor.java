/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Runs processes by `crun`, below `strata-launcher run`: that gives each a pid namespace that ends with
/// this process, however it ends, and a mount namespace in which crun finds a cgroup tree it accepts.
public final class Executor {
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
    /// @throws InterruptedException after the process was killed, when this thread is interrupted
    public ExecResult run(ProcessSpec spec, Consumer<String> output) throws IOException, InterruptedException {
        String id = "run-" + UUID.randomUUID();
        Path bundle = Files.createDirectories(directory.resolve(id));
        try {
            Files.writeString(
                    bundle.resolve("hosts"), "127.0.0.1\tlocalhost " + RuntimeConfig.HOSTNAME + "\n::1\tlocalhost\n");
            Path resolver = Path.of("/etc/resolv.conf");
            Files.write(
                    bundle.resolve("resolv.conf"),
                    Files.isReadable(resolver) ? Files.readAllBytes(resolver) : new byte[0]);
            Files.write(bundle.resolve("config.json"), RuntimeConfig.bytes(spec, bundle));
            Set<String> missing = MountPoints.make(spec.rootfs());
            return new ExecResult(start(id, bundle, output), missing);
        } finally {
            try (RootDirectory root = RootDirectory.open(directory)) {
                root.removeTree(id);
            }
        }
    }

    private int start(String id, Path bundle, Consumer<String> output) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        settings.launcher().toString(),
                        "run",
                        "--",
                        settings.crun().toString(),
                        "--root",
                        bundle.resolve("crun").toString(),
                        "--cgroup-manager=disabled",
                        "run",
                        "--no-new-keyring",
                        "--bundle",
                        bundle.toString(),
                        id)
                .redirectErrorStream(true)
                .start();
        Thread reader = Thread.ofPlatform().name("output-" + id).start(() -> read(process, output));
        try {
            int code = process.waitFor();
            reader.join();
            return code;
        } catch (InterruptedException e) {
            // The launcher ends everything when its standard input does.
            process.getOutputStream().close();
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            throw e;
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
