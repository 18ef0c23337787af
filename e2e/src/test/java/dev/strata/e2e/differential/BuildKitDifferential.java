/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/// Every case is built by both; what differs must be explained, and what is explained must differ.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BuildKitDifferential {
    private final Programs programs = new Programs();
    private final Report report = new Report();

    @TestFactory
    Stream<DynamicTest> everyCaseIsAsBuildKitBuildsIt() throws IOException {
        return Case.in(
                        Path.of(Programs.property("strata.differential.cases")),
                        Programs.property("strata.differential.only"))
                .stream()
                .map(one -> dynamicTest(one.title(), () -> compare(one)));
    }

    private void compare(Case one) throws IOException {
        Path context = programs.work(one).resolve("context");
        one.prepare(context);
        Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Outcome buildkit = programs.buildkit(one, context);
        checkOracle(one, buildkit);
        Outcome strata = programs.strata(one, context);
        SortedMap<String, String> differences = Comparison.of(buildkit, strata, began);

        Set<String> explained = one.explained();
        var unexplained = new TreeSet<>(differences.keySet());
        unexplained.removeAll(explained);
        var stale = new TreeSet<>(explained);
        stale.removeAll(differences.keySet());
        boolean fails = !unexplained.isEmpty() || !stale.isEmpty();
        report.add(one, fails ? Report.Verdict.DIFFERING : verdict(buildkit, explained));
        if (fails) {
            var text = new StringBuilder(one.title());
            unexplained.forEach(subject ->
                    text.append("\n  ").append(subject).append("\n    ").append(differences.get(subject)));
            stale.forEach(subject ->
                    text.append("\n  explained, and does not differ: ").append(subject));
            report.add(text.toString());
            throw new AssertionError(text.toString());
        }
    }

    private void checkOracle(Case one, Outcome buildkit) throws IOException {
        String wanted = one.refused().orElse(null);
        String wrong = switch (buildkit) {
            case Outcome.Built _ -> wanted == null ? null : "BuildKit builds it, and should refuse it";
            case Outcome.Refused refused ->
                wanted != null && refused.message().contains(wanted)
                        ? null
                        : "BuildKit refuses it, but not with the words of its file `refused`:\n" + refused.message();
        };
        if (wrong != null) {
            report.add(one, Report.Verdict.DIFFERING);
            report.add(one.title() + "\n  " + wrong);
            throw new AssertionError(wrong);
        }
    }

    private static Report.Verdict verdict(Outcome buildkit, Set<String> explained) {
        if (!explained.isEmpty()) {
            return Report.Verdict.EXPLAINED;
        }
        return buildkit instanceof Outcome.Refused ? Report.Verdict.BOTH_REFUSE : Report.Verdict.EQUAL;
    }

    @AfterAll
    void writeReport() throws IOException {
        Files.writeString(Path.of("target/differential.txt"), report.text());
    }
}
