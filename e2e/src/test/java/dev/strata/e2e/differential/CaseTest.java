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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaseTest {
    private static final Outcome BUILT = new Outcome.Built(new BuiltImage(MissingNode.getInstance(), new TreeMap<>()));
    private static final String SYNTAX = "ERROR Dockerfile:2: no such thing [DockerfileSyntaxError]\n  2 | NOPE\n";

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
    void noCaseExpectsAFaultOfStrata() throws IOException {
        file("code", "Internal");

        assertThatThrownBy(() -> Case.in(cases, "")).hasMessageStartingWith("copy/a expects a fault of Strata");
    }

    @Test
    void aRefusalOfStrataHasTheCodeThatIsMeant() throws IOException {
        file("code", "# why\nDockerfileSyntaxError");

        assertThatCode(() -> one().checkStrata(new Outcome.Refused(SYNTAX + SYNTAX)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nsenter: reassociate to namespaces failed: Operation not permitted",
                "ERROR this is a fault of Strata [Internal]",
                "ERROR Dockerfile:2: COPY source not found: a [CopySourceNotFound]",
                "ERROR Dockerfile:2: DockerfileSyntaxError",
                "#5 ERROR no such thing [DockerfileSyntaxError]",
                SYNTAX + "ERROR this is a fault of Strata [Internal]",
            })
    void aRefusalOfStrataWithAnyOtherCodeFails(String message) throws IOException {
        file("code", "DockerfileSyntaxError");

        assertThatThrownBy(() -> one().checkStrata(new Outcome.Refused(message)))
                .hasMessageStartingWith("Strata refuses it with ")
                .hasMessageEndingWith(", not with the [DockerfileSyntaxError] of its file `code`:\n" + message);
    }

    @Test
    void aCaseWithoutACodeIsBuiltAndOneWithACodeIsNot() throws IOException {
        assertThatCode(() -> one().checkStrata(BUILT)).doesNotThrowAnyException();
        assertThatThrownBy(() -> one().checkStrata(new Outcome.Refused(SYNTAX)))
                .hasMessageStartingWith("Strata refuses");
        assertThatThrownBy(() -> one().checkStrata(new Outcome.Refused(""))).hasMessageStartingWith("Strata refuses");

        file("code", "DockerfileSyntaxError");
        assertThatThrownBy(() -> one().checkStrata(BUILT))
                .hasMessage("Strata builds it, and should refuse it with [DockerfileSyntaxError]");
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
