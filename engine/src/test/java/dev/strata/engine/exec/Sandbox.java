/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A root file system with a static BusyBox, and an executor for it. Needs root, crun and gcc.
public final class Sandbox {
    static final String PATH = "PATH=/bin";

    private final Path rootfs;
    private final ExecSettings settings;
    private final Executor executor;

    public Sandbox(Path directory) throws IOException, InterruptedException {
        rootfs = Files.createDirectories(directory.resolve("rootfs"));
        Path bin = Files.createDirectories(rootfs.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String name : List.of(
                "sh", "cat", "echo", "find", "grep", "id", "ls", "mkdir", "mknod", "mount", "ps", "sleep", "unshare")) {
            Files.createSymbolicLink(bin.resolve(name), Path.of("busybox"));
        }
        Path launcher = directory.resolve("strata-launcher");
        command("bash", "src/main/c/build.sh", launcher.toString());
        settings = new ExecSettings(Path.of("crun"), launcher);
        executor = new Executor(settings, Files.createDirectories(directory.resolve("run")));
    }

    public ExecSettings settings() {
        return settings;
    }

    Executor executor() {
        return executor;
    }

    ProcessSpec shell(String script) {
        return new ProcessSpec(rootfs, List.of("/bin/sh", "-c", script), List.of(PATH), 0, 0, List.of(0), "/");
    }

    /// What a script prints, its exit code as the last line.
    List<String> run(String script) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        ExecResult result = executor.run(shell(script), lines::add);
        lines.add("exit " + result.exitCode());
        return lines;
    }

    /// Runs a command of this machine; fails with its output when it fails.
    public static String command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", words) + ": " + output);
        }
        return output;
    }
}
