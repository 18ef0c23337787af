/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.problem.ProblemCode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class GitFailureTest {
    @Test
    void aProgramThatLacksAClassIsNotAnUnreachableServer() {
        var failure = new IOException("connect", new ClassNotFoundException("java.rmi.ServerException"));

        assertThat(GitFailure.of(failure).problem().code()).isEqualTo(ProblemCode.Internal);
        assertThat(GitFailure.of(new IOException(new NoClassDefFoundError("x")))
                        .problem()
                        .what())
                .isEqualTo("the git client failed: NoClassDefFoundError");
    }

    @Test
    void whatIsNotKnownIsAnUnreachableServer() {
        assertThat(GitFailure.of(new IOException("reset")).problem().code()).isEqualTo(ProblemCode.GitUnreachable);
    }
}
