/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.golden.GoldenFolders;
import dev.strata.engine.golden.GoldenFolders.Outcome;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DockerfileParserTest {

    @TestFactory
    Stream<DynamicTest> everyFolderParsesAsItSays() {
        return new GoldenFolders("dockerfile", Set.of("Dockerfile"), Set.of("instructions.txt", "error.txt"))
                .tests(DockerfileParserTest::parse);
    }

    private static Outcome parse(Path folder) {
        try {
            String text = Files.readString(folder.resolve("Dockerfile"), UTF_8);
            return new Outcome(
                    "instructions.txt", InstructionText.of(DockerfileParser.parse(SourceFile.of("Dockerfile", text))));
        } catch (DockerfileException e) {
            return new Outcome(
                    "error.txt",
                    e.problems().stream().map(Problem::render).collect(Collectors.joining("\n\n", "", "\n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aByteOrderMarkAndCarriageReturnsAreNoPartOfTheText() {
        Dockerfile dockerfile = parse("\uFEFF# escape=`\r\nFROM scratch\r\nRUN a `\r\n  b\r\n");

        assertThat(dockerfile.escape()).isEqualTo('`');
        assertThat(dockerfile.stages().getFirst().instructions())
                .extracting(Instruction::text)
                .containsExactly("RUN a   b");
    }

    @Test
    void aLineOfMoreThan65535CharactersIsRefusedWithItsNumber() {
        String longest = "RUN " + "x".repeat(65531);

        assertThat(parse("FROM scratch\n" + longest).stages()).hasSize(1);
        assertThatThrownBy(() -> parse("FROM scratch\n" + longest + "x"))
                .isInstanceOfSatisfying(DockerfileException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo(ProblemCode.SizeLimitExceeded);
                    assertThat(e).hasMessageStartingWith("Dockerfile:2: ");
                });
    }

    @Test
    void anEmptyFileHasNoFrom() {
        assertThatThrownBy(() -> parse(""))
                .isInstanceOf(DockerfileException.class)
                .hasMessageContaining("no FROM");
    }

    @Test
    void theFirstProblemIsTheHeadline() {
        assertThatThrownBy(() -> parse("FROM a\nRUNN x\nHEALTHCHECK NONE\n"))
                .isInstanceOfSatisfying(DockerfileException.class, e -> {
                    assertThat(e.problem()).isEqualTo(e.problems().getFirst());
                    assertThat(e.problems())
                            .extracting(Problem::code)
                            .isEqualTo(List.of(ProblemCode.DockerfileSyntaxError, ProblemCode.UnsupportedInstruction));
                });
    }

    private static Dockerfile parse(String text) {
        return DockerfileParser.parse(SourceFile.of("Dockerfile", text));
    }
}
