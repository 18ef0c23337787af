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
                .map(one -> dynamicTest(one.title(), () -> test(one)));
    }

    /// Whatever ends a case, it is counted.
    private void test(Case one) throws IOException {
        try {
            report.add(one, compare(one));
        } catch (Throwable e) {
            report.fail(one, e);
            throw e;
        }
    }

    private Report.Verdict compare(Case one) throws IOException {
        Path context = programs.work(one).resolve("context");
        one.prepare(context);
        Instant began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Outcome buildkit = programs.buildkit(one, context);
        one.checkBuildKit(buildkit);
        Outcome strata = programs.strata(one, context);
        one.checkStrata(strata);
        Set<String> explained = one.explained();
        check(Comparison.of(buildkit, strata, began), explained);
        if (!explained.isEmpty()) {
            return Report.Verdict.EXPLAINED;
        }
        return buildkit instanceof Outcome.Refused ? Report.Verdict.BOTH_REFUSE : Report.Verdict.EQUAL;
    }

    private static void check(SortedMap<String, String> differences, Set<String> explained) {
        var unexplained = new TreeSet<>(differences.keySet());
        unexplained.removeAll(explained);
        var stale = new TreeSet<>(explained);
        stale.removeAll(differences.keySet());
        if (unexplained.isEmpty() && stale.isEmpty()) {
            return;
        }
        var text = new StringBuilder("differs:");
        unexplained.forEach(
                subject -> text.append("\n  ").append(subject).append("\n    ").append(differences.get(subject)));
        stale.forEach(
                subject -> text.append("\n  explained, and does not differ: ").append(subject));
        throw new AssertionError(text.toString());
    }

    @AfterAll
    void writeReport() throws IOException {
        Files.writeString(Path.of("target/differential.txt"), report.text());
    }
}
