/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.StrataException;

/// A RUN whose process did not end with 0.
final class ProcessFailure extends StrataException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String logTail;

    ProcessFailure(Problem problem, int exitCode, String logTail) {
        super(problem);
        this.exitCode = exitCode;
        this.logTail = logTail;
    }

    int exitCode() {
        return exitCode;
    }

    String logTail() {
        return logTail;
    }
}
