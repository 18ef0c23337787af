/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProblemTest {
    private static final SourceFile FILE =
            SourceFile.of("Dockerfile", "FROM scratch\nWORKDIR /app\nCOPY target/app.jar app.jar\nCMD [\"x\"]\n");

    @Test
    void rendersHeadlineExcerptCauseAndAdvice() {
        Problem problem = Problem.of(
                        ProblemCode.CopySourceNotFound,
                        "source not found: target/app.jar",
                        "No such file.",
                        "build it.")
                .at(FILE.range(3, 3));

        assertThat(problem.render()).isEqualTo("""
                Dockerfile:3: source not found: target/app.jar [CopySourceNotFound]
                    2 | WORKDIR /app
                >>> 3 | COPY target/app.jar app.jar
                    4 | CMD ["x"]
                No such file.
                Try: build it.""");
    }

    @Test
    void aProblemWithoutPlaceIsOneLine() {
        assertThat(Problem.of(ProblemCode.Internal, "what", "", "").render()).isEqualTo("what [Internal]");
    }

    @Test
    void excerptsShowNoControlCharactersAndNoEndlessLine() {
        SourceFile hostile = SourceFile.of("Dockerfile", "RUN \u001b[2J" + "x".repeat(1000));

        assertThat(hostile.range(1, 1).excerpt())
                .startsWith(">>> 1 | RUN ?[2Jxxx")
                .hasSizeLessThan(250)
                .endsWith("...\n");
    }
}
