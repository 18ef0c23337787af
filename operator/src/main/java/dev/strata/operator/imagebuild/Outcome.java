/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a reconcile came to.
///
/// @param again when to look again without an event; null for not at all
record Outcome(ImageBuildStatus status, @Nullable Duration again) {
    /// A server has not answered yet, which is an event: what the status says stays, `first` is for one that says
    /// nothing.
    static Outcome asked(ImageBuild build, ImageBuildStatus first) {
        return new Outcome(build.getStatus() == null ? first : build.getStatus(), null);
    }

    static @Nullable Duration soonest(@Nullable Duration one, @Nullable Duration other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) < 0 ? one : other;
    }
}
