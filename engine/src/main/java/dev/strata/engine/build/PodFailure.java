/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.SourceRange;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.solve.StepFailure;
import org.jspecify.annotations.Nullable;

/// Failures as a report tells them: control characters escaped, the step no longer than it is shown.
final class PodFailure {
    private PodFailure() {}

    /// A failure outside any step.
    static BuildReport.Failure of(Problem problem) {
        return of(problem, null, null, "", null);
    }

    static BuildReport.Failure of(StepFailure failure, @Nullable String debugImage) {
        String title = PlainProgress.escape(failure.vertex().title());
        return of(
                failure.problem(),
                title.length() <= BuildReport.MAX_STEP ? title : title.substring(0, BuildReport.MAX_STEP - 1) + "…",
                failure.exitCode(),
                escapeLines(failure.logTail()),
                debugImage);
    }

    private static BuildReport.Failure of(
            Problem problem,
            @Nullable String step,
            @Nullable Integer exitCode,
            String logTail,
            @Nullable String debugImage) {
        SourceRange at = problem.at();
        String message = problem.why().isEmpty() ? problem.headline() : problem.headline() + ": " + problem.why();
        return new BuildReport.Failure(
                problem.code().name(),
                PlainProgress.escape(message),
                step,
                at == null ? null : at.firstLine(),
                exitCode,
                logTail,
                debugImage);
    }

    /// Escapes every line of `text` and leaves its line breaks.
    static String escapeLines(String text) {
        return text.lines()
                .map(PlainProgress::escape)
                .reduce((a, b) -> a + "\n" + b)
                .orElse("");
    }
}
