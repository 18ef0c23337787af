/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// One folder `GROUP/NAME`:
///
/// - `Dockerfile`
/// - `context/`: what lies beside it, if anything
/// - `context.sh`: makes in the context what git cannot keep (hard links, archives, empty directories)
/// - `args`: options of the build, one a line: `--build-arg NAME=VALUE`, `--target NAME`
/// - `refused`: words of BuildKit's refusal; without this file BuildKit must build the case
/// - `explained`: subjects of differences that are meant, one a line; `#` lines say why
record Case(String group, String name, Path folder) {
    private static final List<String> FILES =
            List.of("Dockerfile", "context", "context.sh", "args", "refused", "explained");

    /// Those below `cases` that `only` names (`GROUP` or `GROUP/NAME`, with blanks between), or all.
    static List<Case> in(Path cases, String only) throws IOException {
        List<String> wanted = only.isBlank() ? List.of() : List.of(only.strip().split(" +"));
        var found = new ArrayList<Case>();
        for (Path group : sorted(cases)) {
            for (Path folder : sorted(group)) {
                var one = new Case(name(group), name(folder), folder);
                if (wanted.isEmpty() || wanted.contains(one.group) || wanted.contains(one.title())) {
                    one.check();
                    found.add(one);
                }
            }
        }
        if (found.isEmpty()) {
            throw new AssertionError("no case below " + cases + " is named " + only);
        }
        return found;
    }

    String title() {
        return group + "/" + name;
    }

    private void check() throws IOException {
        for (Path file : sorted(folder)) {
            if (!FILES.contains(name(file))) {
                throw new AssertionError(file + " has no meaning; a case has " + FILES);
            }
        }
    }

    /// Makes the build's directory at `target`, which is new.
    void prepare(Path target) throws IOException {
        Files.createDirectories(target);
        if (Files.isDirectory(folder.resolve("context"))) {
            Programs.run(target, List.of("cp", "-a", folder.resolve("context") + "/.", "."))
                    .orFail();
        }
        Files.copy(folder.resolve("Dockerfile"), target.resolve("Dockerfile"));
        if (Files.exists(folder.resolve("context.sh"))) {
            Programs.run(
                            target,
                            List.of("bash", "-eu", folder.resolve("context.sh").toString()))
                    .orFail();
        }
    }

    List<String> args() throws IOException {
        return lines("args").stream()
                .flatMap(line -> Stream.of(line.split(" ", 2)))
                .toList();
    }

    Set<String> explained() throws IOException {
        return Set.copyOf(
                lines("explained").stream().filter(l -> !l.startsWith("#")).toList());
    }

    /// What BuildKit's refusal must say: a case that fails for another reason proves nothing.
    Optional<String> refused() throws IOException {
        return lines("refused").stream().findFirst();
    }

    private List<String> lines(String file) throws IOException {
        Path path = folder.resolve(file);
        return Files.exists(path)
                ? Files.readAllLines(path).stream().filter(l -> !l.isBlank()).toList()
                : List.of();
    }

    private static List<Path> sorted(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
