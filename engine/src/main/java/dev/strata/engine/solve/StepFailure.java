/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.plan.Vertex;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.StrataException;
import org.jspecify.annotations.Nullable;

/// A step that failed, with what is needed to look into it: the exit code and last output of its
/// process, and the result of the step before it.
public final class StepFailure extends StrataException {
    private static final long serialVersionUID = 1L;

    private final transient Vertex vertex;
    private final transient @Nullable VertexResult lastGood;
    private final @Nullable Integer exitCode;
    private final String logTail;

    StepFailure(
            Problem problem,
            Throwable cause,
            Vertex vertex,
            @Nullable VertexResult lastGood,
            @Nullable Integer exitCode,
            String logTail) {
        super(problem, cause);
        this.vertex = vertex;
        this.lastGood = lastGood;
        this.exitCode = exitCode;
        this.logTail = logTail;
    }

    public Vertex vertex() {
        return vertex;
    }

    /// The image before the step; null when the step was the first of its stage.
    public @Nullable VertexResult lastGood() {
        return lastGood;
    }

    /// Null when no process ended the step.
    public @Nullable Integer exitCode() {
        return exitCode;
    }

    /// The last lines of the process, at most 2 KiB.
    public String logTail() {
        return logTail;
    }
}
