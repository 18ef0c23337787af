/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.StrataException;
import java.util.List;

/// Everything that is wrong with a Dockerfile; `problem()` is the first of it.
public final class DockerfileException extends StrataException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /// @param problems at least one, in the order of their lines
    public DockerfileException(List<Problem> problems) {
        super(problems.getFirst());
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
