/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CoverageTest {
    private static final Path RESOURCES = Path.of("src/test/resources");

    @Test
    void coverageNamesExactlyTheFoldersThatAreThere() throws IOException {
        var named = new TreeSet<String>();
        Pattern.compile("(?:dockerfile|plan)/[a-z][a-z0-9-]*")
                .matcher(Files.readString(Path.of("../COVERAGE.md")))
                .results()
                .forEach(match -> named.add(match.group()));
        var there = new TreeSet<String>();
        for (String room : new String[] {"dockerfile", "plan"}) {
            try (Stream<Path> folders = Files.list(RESOURCES.resolve(room))) {
                folders.forEach(folder -> there.add(room + "/" + folder.getFileName()));
            }
        }

        assertThat(named).isEqualTo(there);
    }
}
