/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A user namespace with chosen maps, in which commands run as its root. Needs root.
public final class UserNamespace implements AutoCloseable {
    private final Process holder;

    /// @param uids lines of `uid_map`
    /// @param gids lines of `gid_map`
    public UserNamespace(String uids, String gids) throws IOException, InterruptedException {
        holder = new ProcessBuilder("unshare", "-U", "sh", "-c", "echo there; exec sleep 600")
                .redirectErrorStream(true)
                .start();
        if (holder.getInputStream().read() != 't') {
            throw new IOException("unshare -U failed");
        }
        Path process = Path.of("/proc/" + holder.pid());
        Files.writeString(process.resolve("uid_map"), uids);
        Files.writeString(process.resolve("gid_map"), gids);
    }

    /// What a command says, its exit code as the last line.
    public List<String> run(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(
                List.of("nsenter", "-t", String.valueOf(holder.pid()), "-U", "-S", "0", "-G", "0", "--"));
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> lines = new ArrayList<>(output.lines().toList());
        lines.add("exit " + process.waitFor());
        return lines;
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
