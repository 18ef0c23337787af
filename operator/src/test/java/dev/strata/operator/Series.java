/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One metric as Prometheus shows it.
///
/// @param labels names of its labels
record Series(String name, String type, Set<String> labels) {
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    private static final Pattern WORD = Pattern.compile("`([a-z_]+)`");

    /// What a scrape names, of Strata's own.
    static Set<Series> scraped(String scrape) {
        Map<String, String> types = new HashMap<>();
        List<String> lines = scrape.lines().toList();
        for (String line : lines) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                types.put(words[2], words[3]);
            }
        }
        return lines.stream()
                .filter(line -> line.startsWith("strata_"))
                .map(line -> {
                    String name = line.split("[{ ]", 2)[0];
                    String type = types.getOrDefault(name, types.get(name.replaceFirst("_(count|sum)$", "")));
                    return new Series(name, String.valueOf(type), found(LABEL, line));
                })
                .collect(Collectors.toSet());
    }

    /// The rows of the document's tables: name, type, labels, and more.
    static List<Series> documented(Path document) throws IOException {
        return Files.readAllLines(document).stream()
                .filter(line -> line.startsWith("| `strata_"))
                .map(line -> line.split("\\|", -1))
                .map(cells -> new Series(cells[1].replace("`", "").strip(), cells[2].strip(), found(WORD, cells[3])))
                .toList();
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
