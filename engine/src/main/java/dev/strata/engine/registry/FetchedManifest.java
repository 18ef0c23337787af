/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;

/// A manifest or index as the registry sent it; the digest is that of these bytes.
public final class FetchedManifest {
    private final Descriptor descriptor;
    private final byte[] bytes;

    FetchedManifest(String mediaType, byte[] bytes) {
        this.descriptor = Descriptor.of(mediaType, bytes);
        this.bytes = bytes;
    }

    public String mediaType() {
        return descriptor.mediaType();
    }

    public Digest digest() {
        return descriptor.digest();
    }

    public Descriptor descriptor() {
        return descriptor;
    }

    /// A copy of the bytes.
    public byte[] bytes() {
        return bytes.clone();
    }
}
