/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.operator.condition.Faults;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiProblemsTest {
    @ParameterizedTest
    @CsvSource({"403, PodForbidden", "400, InvalidArgument", "413, InvalidArgument", "422, InvalidArgument"})
    void aRefusalIsTold(int code, ProblemCode problem) {
        Problem told = Objects.requireNonNull(ApiProblems.refusal(failure("no", code)));
        assertThat(told.code()).isEqualTo(problem);
        assertThat(told.what()).endsWith(": no");
    }

    @Test
    void anythingElseIsNoRefusalButAFault() {
        assertThat(ApiProblems.refusal(failure("later", 500))).isNull();
        assertThat(Faults.problem(failure("later", 500)).what()).isEqualTo("the API server answers: later");
        assertThat(Faults.problem(new IllegalStateException("inner matters")).what())
                .isEqualTo("the operator has met a fault: IllegalStateException");
    }

    @Test
    void theServersWordsAreCleanedAndCut() {
        assertThat(Faults.problem(failure("a\u001b[31m\n\u202eb", 500)).what()).endsWith(": a [31m b");
        assertThat(Faults.problem(failure("x".repeat(10_000), 500)).what()).endsWith(": " + "x".repeat(512) + "...");
    }

    private static KubernetesClientException failure(String message, int code) {
        return new KubernetesClientException(message, code, null);
    }
}
