/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How one step of an image came to be. OCI image-spec, config.md#properties, `history`.
///
/// @param createdBy the instruction as BuildKit writes it: `COPY a b # buildkit`
/// @param emptyLayer whether the step changed the config only
public record History(
        @Nullable Instant created,
        @Nullable String createdBy,
        @Nullable String author,
        @Nullable String comment,
        boolean emptyLayer) {}
