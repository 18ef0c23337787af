/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.image.Platform;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a plan is made for.
///
/// @param buildArgs values of ARGs by name
/// @param target the stage to build, by name or number; null is the last
public record PlanOptions(
        Map<String, String> buildArgs, @Nullable String target, Platform platform) {
    public PlanOptions {
        buildArgs = Collections.unmodifiableMap(new LinkedHashMap<>(buildArgs));
    }
}
