/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaseTest {
    private static final Outcome BUILT = new Outcome.Built(new BuiltImage(MissingNode.getInstance(), new TreeMap<>()));

    @TempDir
    Path cases;

    @Test
    void casesAreNamedByGroupAndByTitle() throws IOException {
        for (String title : List.of("copy/a", "copy/b", "run/a", "run/b")) {
            Files.createDirectories(cases.resolve(title));
        }

        assertThat(titles("")).containsExactly("copy/a", "copy/b", "run/a", "run/b");
        assertThat(titles("copy run/b")).containsExactly("copy/a", "copy/b", "run/b");
        assertThat(titles("run run/b")).containsExactly("run/a", "run/b");
    }

    @Test
    void aNameOfNoCaseIsRefusedBesideOneThatIsThere() throws IOException {
        Files.createDirectories(cases.resolve("copy/a"));

        assertThatThrownBy(() -> Case.in(cases, "copy/a rnu copy/c")).hasMessageEndingWith("is named copy/c or rnu");
    }

    @Test
    void whereThereIsNoCaseNothingIsCompared() {
        assertThatThrownBy(() -> Case.in(cases, "")).hasMessage("no case below " + cases);
    }

    @Test
    void aFileWithoutMeaningIsRefused() throws IOException {
        file("codes", "DockerfileSyntaxError");

        assertThatThrownBy(() -> Case.in(cases, "")).hasMessageContaining("codes has no meaning");
    }

    @Test
    void buildKitRefusesWithTheWordsThatAreMeant() throws IOException {
        var refused = new Outcome.Refused("Dockerfile:2\nfailed to solve: unknown instruction: NOPE");
        assertThatCode(() -> one().checkBuildKit(BUILT)).doesNotThrowAnyException();
        assertThatThrownBy(() -> one().checkBuildKit(refused)).hasMessageStartingWith("BuildKit refuses it");

        file("refused", "unknown instruction");
        assertThatCode(() -> one().checkBuildKit(refused)).doesNotThrowAnyException();
        assertThatThrownBy(() -> one().checkBuildKit(BUILT)).hasMessageStartingWith("BuildKit builds it");
        assertThatThrownBy(() -> one().checkBuildKit(new Outcome.Refused("no connection")))
                .hasMessageStartingWith("BuildKit refuses it, but not with the words");
    }

    private List<String> titles(String only) throws IOException {
        return Case.in(cases, only).stream().map(Case::title).toList();
    }

    private Case one() {
        return new Case("copy", "a", cases.resolve("copy/a"));
    }

    private void file(String name, String text) throws IOException {
        Files.createDirectories(cases.resolve("copy/a"));
        Files.writeString(cases.resolve("copy/a").resolve(name), text);
    }
}
