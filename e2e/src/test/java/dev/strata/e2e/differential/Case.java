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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// One folder `GROUP/NAME`:
///
/// - `Dockerfile`
/// - `context/`: what lies beside it, if anything
/// - `context.sh`: makes in the context what git cannot keep (hard links, archives, empty directories)
/// - `args`: options of the build, one a line: `--build-arg NAME=VALUE`, `--target NAME`
/// - `refused`: words of BuildKit's refusal; without this file BuildKit must build the case
/// - `code`: what Strata's refusal has in brackets, one a line; without this file Strata must build the case
/// - `explained`: subjects of differences that are meant, one a line
///
/// In `code` and `explained`, `#` lines say why.
record Case(String group, String name, Path folder) {
    private static final List<String> FILES =
            List.of("Dockerfile", "context", "context.sh", "args", "refused", "code", "explained");

    /// Those below `cases` that `only` names (`GROUP` or `GROUP/NAME`, with blanks between), or all.
    static List<Case> in(Path cases, String only) throws IOException {
        List<String> wanted = only.isBlank() ? List.of() : List.of(only.strip().split(" +"));
        var found = new ArrayList<Case>();
        var unmatched = new TreeSet<>(wanted);
        for (Path group : sorted(cases)) {
            for (Path folder : sorted(group)) {
                var one = new Case(name(group), name(folder), folder);
                if (wanted.isEmpty() || wanted.contains(one.group) || wanted.contains(one.title())) {
                    one.check();
                    found.add(one);
                    unmatched.removeAll(List.of(one.group, one.title()));
                }
            }
        }
        if (found.isEmpty() || !unmatched.isEmpty()) {
            String names = unmatched.isEmpty() ? "" : " is named " + String.join(" or ", unmatched);
            throw new AssertionError("no case below " + cases + names);
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
        if (codes().contains("Internal")) {
            throw new AssertionError(title() + " expects a fault of Strata: no Dockerfile may lead to `Internal`");
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
        return Set.copyOf(uncommented("explained"));
    }

    /// A case that BuildKit refuses for another reason than is meant proves nothing.
    void checkBuildKit(Outcome buildkit) throws IOException {
        String wanted = lines("refused").stream().findFirst().orElse(null);
        switch (buildkit) {
            case Outcome.Built _ -> {
                if (wanted != null) {
                    throw new AssertionError("BuildKit builds it, and should refuse it");
                }
            }
            case Outcome.Refused refused -> {
                if (wanted == null || !refused.message().contains(wanted)) {
                    throw new AssertionError(
                            "BuildKit refuses it, but not with the words of its file `refused`:\n" + refused.message());
                }
            }
        }
    }

    /// One that Strata refuses for another reason than is meant proves as little.
    void checkStrata(Outcome strata) throws IOException {
        List<String> wanted = codes();
        switch (strata) {
            case Outcome.Built _ -> {
                if (!wanted.isEmpty()) {
                    throw new AssertionError("Strata builds it, and should refuse it with " + wanted);
                }
            }
            case Outcome.Refused refused -> {
                if (wanted.isEmpty() || !refused.codes().equals(wanted)) {
                    throw new AssertionError("Strata refuses it with " + refused.codes() + ", not with the " + wanted
                            + " of its file `code`:\n" + refused.message());
                }
            }
        }
    }

    private List<String> codes() throws IOException {
        return uncommented("code");
    }

    private List<String> uncommented(String file) throws IOException {
        return lines(file).stream().filter(line -> !line.startsWith("#")).toList();
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
