/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.layer.Layer;
import java.io.IOException;

/// The work behind a vertex that makes a layer.
interface LayerStep {
    /// What sort of step it is, for its key: `copy`, `run`, `mkdir`.
    String kind();

    /// Finishes the key with everything else that decides the layer.
    CacheKey key(CacheKey.Builder key, Solver.Parent parent) throws IOException;

    /// Does it.
    Layer make(Solver.Parent parent, SolveOptions options) throws IOException, InterruptedException;
}
