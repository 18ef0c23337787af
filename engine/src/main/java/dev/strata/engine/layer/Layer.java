/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.image.DiffId;

/// A layer: its compressed blob and the digest of its uncompressed tar. The blob may be in the store or only in a
/// registry.
public record Layer(Descriptor blob, DiffId diffId) {}
