/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.cache.BuildCache;
import dev.strata.engine.content.BlobStore;
import dev.strata.engine.exec.Executor;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.layer.LayerWriter;
import dev.strata.engine.layer.TreeIndexStore;
import dev.strata.engine.layer.WrittenLayer;
import dev.strata.engine.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.file.Path;

/// The parts of a local store that a build works with.
///
/// @param temporary directory for files that a step needs while it runs
public record Store(
        BlobStore blobs,
        TreeIndexStore indexes,
        Snapshotter snapshots,
        Executor executor,
        BuildCache cache,
        Path temporary) {

    /// Writes what `content` adds as a layer, and keeps its index.
    Layer write(SolveOptions options, LayerContent content) throws IOException {
        try (LayerWriter writer = LayerWriter.open(blobs, options.compression(), options.sourceDateEpoch())) {
            content.writeTo(writer);
            WrittenLayer written = writer.finish();
            indexes.save(written.layer(), written.index());
            return written.layer();
        }
    }

    /// Adds the entries of one layer.
    @FunctionalInterface
    interface LayerContent {
        void writeTo(LayerWriter writer) throws IOException;
    }
}
