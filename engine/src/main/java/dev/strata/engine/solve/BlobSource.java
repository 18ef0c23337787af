/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.content.Descriptor;

/// Brings a layer's blob into the local store when a step really needs its bytes.
@FunctionalInterface
public interface BlobSource {
    /// Returns when the blob is in the store.
    ///
    /// Throws a `StrataException` with `StoreInvalid` when nobody knows where it is, or the registry's problem.
    void fetch(Descriptor blob);
}
