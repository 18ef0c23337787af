/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.snapshot;

import dev.strata.engine.layer.Layer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Puts a layer's content into an empty directory, as a lower directory of overlayfs.
public interface Unpacker {
    /// Whether the layer has something in a directory that it does not describe. As a lower directory that
    /// one hides its namesake below, so it must have that one's metadata.
    ///
    /// Throws a `StrataException` with `ImageInvalid` when the layer has another diffID than its image claims.
    boolean dependsOnBelow(Layer layer) throws IOException;

    /// Unpacks a layer that does not depend on what is below.
    void unpack(Layer layer, Path emptyDirectory) throws IOException;

    /// Unpacks a layer for a place above the layers `below`, base first.
    void unpackOnto(List<Layer> below, Layer layer, Path emptyDirectory) throws IOException;
}
