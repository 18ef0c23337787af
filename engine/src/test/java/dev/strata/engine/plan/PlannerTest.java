/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.engine.dockerfile.DockerfileParser;
import dev.strata.engine.golden.GoldenFolders;
import dev.strata.engine.golden.GoldenFolders.Outcome;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.SourceFile;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class PlannerTest {
    private static final Platform PLATFORM = new Platform("linux", "arm64", "v8");

    /// `options.txt` of a case: a line `target=NAME` or `arg:NAME=value` each.
    @TestFactory
    Stream<DynamicTest> everyFolderIsPlannedAsItSays() {
        return new GoldenFolders("plan", Set.of("Dockerfile", "options.txt"), Set.of("plan.txt", "error.txt"))
                .tests(PlannerTest::plan);
    }

    private static Outcome plan(Path folder) {
        try {
            String text = Files.readString(folder.resolve("Dockerfile"), UTF_8);
            return new Outcome(
                    "plan.txt",
                    PlanText.of(Planner.plan(
                            DockerfileParser.parse(SourceFile.of("Dockerfile", text)),
                            options(folder.resolve("options.txt")),
                            new KnownImages())));
        } catch (StrataException e) {
            return new Outcome("error.txt", e.problem().render() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PlanOptions options(Path file) throws IOException {
        @Nullable String target = null;
        Map<String, String> args = new LinkedHashMap<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file, UTF_8)) {
                String[] pair = line.split("=", 2);
                if (pair[0].equals("target")) {
                    target = pair[1];
                } else {
                    args.put(pair[0].substring("arg:".length()), pair[1]);
                }
            }
        }
        return new PlanOptions(args, target, PLATFORM);
    }
}
