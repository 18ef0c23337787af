/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Walks the graph: for each vertex a cached result, or the work that makes it.
///
/// A result is a stack of layers and a config, never a directory. COPY, ADD and WORKDIR make their
/// layer from indexes and sources alone; a RUN has its parent unpacked and mounted. Says what happens
/// through [BuildEvent]s and knows nothing of terminals, command lines or pushes. Read [Solver] first.
@NullMarked
package dev.strata.engine.solve;

import org.jspecify.annotations.NullMarked;
