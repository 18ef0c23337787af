/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.content.MediaTypes;

/// How a layer's blob is compressed. OCI image-spec, layer.md.
public enum Compression {
    NONE(MediaTypes.OCI_LAYER),
    GZIP(MediaTypes.OCI_LAYER_GZIP);

    private final String mediaType;

    Compression(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    /// The library and level that decide a blob's bytes here: `isal-1`, `zlib-6`, or nothing.
    public String encoder() {
        return switch (this) {
            case NONE -> "";
            case GZIP -> GzipOutput.encoder();
        };
    }
}
