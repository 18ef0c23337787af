/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.snapshot;

import dev.strata.engine.layer.Layer;
import java.io.IOException;
import java.nio.file.Path;

/// Puts a layer's content into an empty directory, as a lower directory of overlayfs.
@FunctionalInterface
public interface Unpacker {
    void unpack(Layer layer, Path emptyDirectory) throws IOException;
}
