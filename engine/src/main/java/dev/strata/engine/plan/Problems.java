/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.problem.SourceRange;
import dev.strata.engine.problem.StrataException;
import java.util.function.Supplier;

/// Tells where a problem is that was found by somebody who cannot know.
final class Problems {
    private Problems() {}

    /// Runs `work`; a problem without a place gets `range`.
    static <T> T at(SourceRange range, Supplier<T> work) {
        try {
            return work.get();
        } catch (StrataException e) {
            if (e.problem().at() != null) {
                throw e;
            }
            throw new StrataException(e.problem().at(range), e);
        }
    }
}
