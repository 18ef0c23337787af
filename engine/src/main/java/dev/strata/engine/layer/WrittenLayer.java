/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

/// A layer that was just written, and what is in it.
public record WrittenLayer(Layer layer, TreeIndex index) {}
