/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.plan.Vertex;
import dev.strata.engine.problem.Problem;
import java.time.Duration;

/// What a build tells while it runs, for one consumer to render.
public sealed interface BuildEvent {

    record Started(Vertex vertex) implements BuildEvent {}

    record Cached(Vertex vertex) implements BuildEvent {}

    record Done(Vertex vertex, Duration took) implements BuildEvent {}

    record Failed(Vertex vertex, Problem problem) implements BuildEvent {}

    /// One line of a RUN's output, `at` after its start, without its line end; control characters
    /// are still in it.
    record Output(Vertex vertex, Duration at, String line) implements BuildEvent {}

    /// A sentence for the user outside any step: a fallback that was taken, a transfer.
    record Note(String text) implements BuildEvent {}
}
