/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import dev.strata.engine.content.Descriptor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An image index: one manifest per platform. OCI image-spec, image-index.md.
public record Index(String mediaType, List<Entry> manifests) {
    public Index {
        manifests = List.copyOf(manifests);
    }

    public record Entry(Descriptor manifest, @Nullable Platform platform) {}

    /// The first entry that runs on `wanted`.
    public Optional<Descriptor> manifestFor(Platform wanted) {
        return manifests.stream()
                .filter(e -> e.platform() != null && wanted.accepts(e.platform()))
                .map(Entry::manifest)
                .findFirst();
    }
}
