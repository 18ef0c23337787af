/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one build is asked for.
///
/// @param input the Dockerfile and its context
/// @param target the stage to build; null is the last
/// @param useCache whether finished steps may be taken from the cache
/// @param pull whether base images are looked up in their registry even if the store has them
/// @param imported cache records from elsewhere
/// @param sourceDateEpoch no time in the image is later than this; null for no limit
public record BuildOptions(
        BuildInput input,
        Map<String, String> args,
        @Nullable String target,
        Platform platform,
        boolean useCache,
        boolean pull,
        Map<CacheKey, CacheRecord> imported,
        @Nullable Instant sourceDateEpoch) {
    public BuildOptions {
        args = Collections.unmodifiableMap(new LinkedHashMap<>(args));
        args.forEach((name, value) -> {
            if (value.indexOf('\0') >= 0) {
                throw new StrataException(Problem.of(
                        ProblemCode.InvalidArgument,
                        "the build argument " + name + " has a zero byte",
                        "it could be a part of a file's name, and ends there for Linux",
                        "give it as plain text"));
            }
        });
    }
}
