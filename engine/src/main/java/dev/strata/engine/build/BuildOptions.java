/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.image.Platform;
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
    }
}
