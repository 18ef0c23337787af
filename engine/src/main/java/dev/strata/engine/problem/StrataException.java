/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.problem;

import org.jspecify.annotations.Nullable;

/// Carries a [Problem]. Rooms with failures of their own extend it; `getMessage()` is the problem's headline.
public class StrataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public StrataException(Problem problem) {
        this(problem, null);
    }

    public StrataException(Problem problem, @Nullable Throwable cause) {
        super(problem.headline(), cause);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
