/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.golden;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// Cases of a room: folders with input files and one expected file, whose name says what is expected
/// (`plan.txt` or `error.txt`). A file that no case uses fails; `-Dgolden.update=true` writes what came out.
public final class GoldenFolders {
    private static final Path RESOURCES = Path.of("src/test/resources");

    private final Path root;
    private final Set<String> inputs;
    private final Set<String> outputs;

    /// @param room the folder of the cases
    /// @param inputs names of files that a case may have
    /// @param outputs names of files of which a case has one
    public GoldenFolders(String room, Set<String> inputs, Set<String> outputs) {
        this.root = RESOURCES.resolve(room);
        this.inputs = Set.copyOf(inputs);
        this.outputs = Set.copyOf(outputs);
    }

    /// What a case gave: the name of the expected file, and its text.
    public record Outcome(String file, String text) {}

    /// A test for every folder; `run` gets the folder.
    public Stream<DynamicTest> tests(Function<Path, Outcome> run) {
        return folders().stream()
                .map(folder -> DynamicTest.dynamicTest(name(folder), () -> check(folder, run.apply(folder))));
    }

    private List<Path> folders() {
        try (Stream<Path> found = Files.list(root)) {
            return found.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check(Path folder, Outcome outcome) throws IOException {
        if (Boolean.getBoolean("golden.update")) {
            for (String old : outputs) {
                Files.deleteIfExists(folder.resolve(old));
            }
            Files.writeString(folder.resolve(outcome.file()), outcome.text());
        }
        var expected = new TreeMap<String, String>();
        var unused = new ArrayList<String>();
        for (String file : files(folder)) {
            if (outputs.contains(file)) {
                expected.put(file, Files.readString(folder.resolve(file), UTF_8));
            } else if (!inputs.contains(file)) {
                unused.add(file);
            }
        }
        assertThat(unused).as("files that no test uses").isEmpty();
        assertThat(expected).containsExactlyEntriesOf(new TreeMap<>(Map.of(outcome.file(), outcome.text())));
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            var names = new TreeSet<String>();
            files.forEach(file -> names.add(name(file)));
            return names;
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
