/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.solve.VertexResult;
import java.util.List;
import java.util.Map;

/// Writes the config and the manifest of a result. OCI image-spec, manifest.md.
final class ImageWriter {
    private final BlobStore blobs;

    ImageWriter(BlobStore blobs) {
        this.blobs = blobs;
    }

    Image write(VertexResult result) {
        Descriptor config = blobs.put(MediaTypes.OCI_CONFIG, OciJson.bytes(result.config()));
        List<Descriptor> layers =
                result.layers().stream().map(Layer::blob).map(ImageWriter::oci).toList();
        var manifest = new Manifest(MediaTypes.OCI_MANIFEST, null, config, layers, Map.of());
        Descriptor descriptor = blobs.put(MediaTypes.OCI_MANIFEST, OciJson.bytes(manifest));
        return new Image(descriptor, manifest, result.config());
    }

    /// A base that docker pushed has docker's layer types; an OCI manifest names the same bytes by OCI's.
    private static Descriptor oci(Descriptor layer) {
        String type = switch (layer.mediaType()) {
            case MediaTypes.DOCKER_LAYER -> MediaTypes.OCI_LAYER;
            case MediaTypes.DOCKER_LAYER_GZIP -> MediaTypes.OCI_LAYER_GZIP;
            case MediaTypes.DOCKER_LAYER_ZSTD -> MediaTypes.OCI_LAYER_ZSTD;
            default -> layer.mediaType();
        };
        return new Descriptor(type, layer.digest(), layer.size(), layer.annotations());
    }
}
