/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.content;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Points at a blob: media type, digest and size in bytes, with annotations in the order of their names.
/// OCI image-spec, descriptor.md.
public record Descriptor(String mediaType, Digest digest, long size, Map<String, String> annotations) {
    public Descriptor {
        if (size < 0) {
            throw new IllegalArgumentException("size " + size + " of " + digest);
        }
        annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    public Descriptor(String mediaType, Digest digest, long size) {
        this(mediaType, digest, size, Map.of());
    }

    /// Describes `bytes` themselves.
    public static Descriptor of(String mediaType, byte[] bytes) {
        return new Descriptor(mediaType, Digest.of(bytes), bytes.length);
    }
}
