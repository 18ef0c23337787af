/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.cache;

import dev.strata.engine.layer.Layer;
import java.time.Instant;

/// A step that was done: its layer, and when it was first made. The time goes into the image's
/// history again, so that a build that is wholly cached gives the very image of the first one.
public record CacheRecord(Layer layer, Instant created) {}
