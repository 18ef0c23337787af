/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What failed, and counts of cases by group.
final class Report {
    /// How a case ended. Only `FAILED` fails the run: what differs, or what could not be compared.
    enum Verdict {
        EQUAL,
        BOTH_REFUSE,
        EXPLAINED,
        FAILED
    }

    private final SortedMap<String, Map<Verdict, Integer>> groups = new TreeMap<>();

    private final StringBuilder failures = new StringBuilder();

    void add(Case one, Verdict verdict) {
        groups.computeIfAbsent(one.group(), _ -> new EnumMap<>(Verdict.class)).merge(verdict, 1, Integer::sum);
    }

    /// Counts a case, and tells before the counts why it failed.
    void fail(Case one, Throwable why) {
        add(one, Verdict.FAILED);
        failures.append(one.title()).append(": ");
        failures.append(why instanceof AssertionError ? why.getMessage() : why).append("\n\n");
    }

    String text() {
        var text = new StringBuilder(failures)
                .append(row("group", "cases", "equal", "both refuse", "explained", "FAILED"));
        var all = new EnumMap<Verdict, Integer>(Verdict.class);
        groups.forEach((group, counts) -> {
            text.append(row(group, counts));
            counts.forEach((verdict, count) -> all.merge(verdict, count, Integer::sum));
        });
        return text.append(row("all", all)).toString();
    }

    private static String row(String group, Map<Verdict, Integer> counts) {
        int sum = counts.values().stream().mapToInt(Integer::intValue).sum();
        return row(
                group,
                sum,
                counts.getOrDefault(Verdict.EQUAL, 0),
                counts.getOrDefault(Verdict.BOTH_REFUSE, 0),
                counts.getOrDefault(Verdict.EXPLAINED, 0),
                counts.getOrDefault(Verdict.FAILED, 0));
    }

    private static String row(Object... cells) {
        return String.format("%-12s %6s %6s %12s %10s %10s%n", cells);
    }
}
