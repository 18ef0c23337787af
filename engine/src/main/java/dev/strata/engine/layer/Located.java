/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

/// An entry of a [Tree], and the number of the layer that it comes from (0 is the base).
public record Located(Entry entry, int layer) {}
