/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.layer.LayerApplier;
import dev.strata.engine.layer.Tree;
import dev.strata.engine.layer.TreeIndexStore;
import dev.strata.engine.snapshot.Unpacker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Unpacks layers whose blobs are in the store.
record StoreUnpacker(BlobStore blobs, TreeIndexStore indexes) implements Unpacker {

    @Override
    public boolean dependsOnBelow(Layer layer) {
        return indexes.of(layer, blobs).impliesDirectories();
    }

    @Override
    public void unpack(Layer layer, Path emptyDirectory) throws IOException {
        LayerApplier.apply(layer, blobs, emptyDirectory);
    }

    @Override
    public void unpackOnto(List<Layer> below, Layer layer, Path emptyDirectory) throws IOException {
        Tree tree = Tree.of(below.stream().map(each -> indexes.of(each, blobs)).toList());
        LayerApplier.apply(layer, blobs, tree.with(indexes.of(layer, blobs)), emptyDirectory);
    }
}
