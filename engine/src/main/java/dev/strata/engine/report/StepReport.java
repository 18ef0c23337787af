/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import java.util.Objects;

/// The step that a builder is at. It stands in the termination message until the [BuildReport] takes its
/// place, so that a builder which is killed leaves where it was.
///
/// @param step number within the stage, from 1
/// @param total steps of that stage
/// @param instruction as progress shows it, at most [BuildReport#MAX_STEP] characters
/// @param line the Dockerfile line, 1-based
public record StepReport(String stage, int step, int total, String instruction, int line) {
    public StepReport {
        stage = shortened(Objects.requireNonNull(stage));
        instruction = shortened(Objects.requireNonNull(instruction));
    }

    private static String shortened(String text) {
        return text.length() <= BuildReport.MAX_STEP ? text : text.substring(0, BuildReport.MAX_STEP - 1) + "…";
    }
}
