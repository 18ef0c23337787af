/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import dev.strata.engine.content.Digest;

/// The digest of a layer's *uncompressed* tar. A type of its own so that it is never taken for a blob's digest. OCI
/// image-spec, config.md#layer-diffid.
public record DiffId(Digest digest) {
    public static DiffId parse(String text) {
        return new DiffId(Digest.parse(text));
    }

    @Override
    public String toString() {
        return digest.toString();
    }
}
