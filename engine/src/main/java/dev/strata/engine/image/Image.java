/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import dev.strata.engine.content.Descriptor;

/// An image as it was read: the descriptor of its manifest's bytes, and both documents parsed.
public record Image(Descriptor descriptor, Manifest manifest, ImageConfig config) {}
