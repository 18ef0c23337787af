/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// A root file system with a static BusyBox, and an executor for it. Needs root, crun and gcc.
public final class Sandbox {
    static final String PATH = "PATH=/bin";

    private final Path directory;
    private final Path rootfs;
    private final ExecSettings settings;
    private final Executor executor;

    public Sandbox(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        rootfs = Files.createDirectories(directory.resolve("rootfs"));
        Path bin = Files.createDirectories(rootfs.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String name : List.of("sh", "cat", "echo", "find", "grep", "id", "ls", "mkdir", "ps", "sleep")) {
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

    Path rootfs() {
        return rootfs;
    }

    /// An executor whose `config.json` is changed by a filter of `jq` before crun reads it.
    Executor executor(String filter) throws IOException {
        Path crun = directory.resolve("crun-changed");
        Files.writeString(crun, """
                #!/bin/sh
                set -eu
                config=$(echo "$*" | sed 's/.*--bundle \\([^ ]*\\).*/\\1/')/config.json
                jq '%s' "$config" > "$config.new"
                mv "$config.new" "$config"
                exec crun "$@"
                """.formatted(filter));
        Files.setPosixFilePermissions(crun, PosixFilePermissions.fromString("rwx------"));
        return new Executor(new ExecSettings(crun, settings.launcher()), directory.resolve("run"));
    }

    /// Compiles a C program into the root file system.
    void compile(Path source, String path) throws IOException, InterruptedException {
        command(
                "gcc",
                "-std=gnu11",
                "-static",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-o",
                rootfs.resolve(path).toString(),
                source.toString());
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
