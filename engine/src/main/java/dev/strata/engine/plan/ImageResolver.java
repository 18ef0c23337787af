/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.image.Image;
import dev.strata.engine.image.Platform;
import dev.strata.engine.reference.ImageReference;

/// Finds the image that a name stands for now, reading its manifest and config only.
@FunctionalInterface
public interface ImageResolver {
    /// Resolves `reference` for `platform`.
    ///
    /// Throws a `StrataException` with `ImageNotFound`, `PullUnauthorized` or `RegistryUnreachable`.
    Image resolve(ImageReference reference, Platform platform);
}
