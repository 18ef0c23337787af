/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.problem;

import org.jspecify.annotations.Nullable;

/// One failure in a person's words.
///
/// @param what what failed, one sentence without the location
/// @param why the cause as far as it is known; empty when `what` says it all
/// @param tryThis what the reader can do next; empty when nothing helps
/// @param at the lines of the Dockerfile (or ignore file) that led here
public record Problem(
        ProblemCode code,
        String what,
        String why,
        String tryThis,
        @Nullable SourceRange at) {

    public static Problem of(ProblemCode code, String what, String why, String tryThis) {
        return new Problem(code, what, why, tryThis, null);
    }

    public Problem at(@Nullable SourceRange range) {
        return range == null ? this : new Problem(code, what, why, tryThis, range);
    }

    /// One line: `Dockerfile:7: COPY source not found: app.jar`.
    public String headline() {
        return at == null ? what : at + ": " + what;
    }

    /// The whole story for a terminal: headline with the code, excerpt, cause and advice. Ends without a line break.
    public String render() {
        var text = new StringBuilder(headline()).append(" [").append(code).append("]\n");
        if (at != null) {
            text.append(at.excerpt());
        }
        if (!why.isEmpty()) {
            text.append(why).append('\n');
        }
        if (!tryThis.isEmpty()) {
            text.append("Try: ").append(tryThis).append('\n');
        }
        return text.substring(0, text.length() - 1);
    }
}
