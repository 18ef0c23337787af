/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.layer.Compression;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How layers are written.
///
/// @param sourceDateEpoch no time in an image is later than this; null for no limit
public record SolveOptions(
        Compression compression, @Nullable Instant sourceDateEpoch) {}
