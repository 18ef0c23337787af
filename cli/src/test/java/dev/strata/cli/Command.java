/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The packaged command on one store, run from one directory.
final class Command {
    private static final Path PROGRAM = Path.of("target/strata/bin/strata");

    private final Path store;
    private final Path directory;
    private final Map<String, String> variables = new HashMap<>();

    record Ended(int code, String out, String err) {}

    Command(Path store, Path directory) {
        this.store = store;
        this.directory = directory;
    }

    void variable(String name, String value) {
        variables.put(name, value);
    }

    Ended run(String... args) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(PROGRAM.toAbsolutePath().toString(), "--root", store.toString()));
        words.addAll(List.of(args));
        var builder = new ProcessBuilder(words).directory(directory.toFile());
        builder.environment().putAll(variables);
        Path err = store.resolveSibling("err");
        Process process = builder.redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(err));
    }
}
