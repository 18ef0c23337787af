/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

/// Names a [Vertex] within its [BuildPlan]: its place in the topological order, from 0.
public record VertexId(int number) {}
