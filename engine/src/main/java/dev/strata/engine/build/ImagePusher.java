/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.image.Image;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.RegistryClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Pushes an image of the store: layers first, then the config, the manifest last, so that no reader ever
/// finds a manifest whose blobs are missing.
public final class ImagePusher {
    private final LocalStore store;
    private final RegistryClient registry;

    public ImagePusher(LocalStore store) {
        this.store = store;
        this.registry = store.registry();
    }

    /// Pushes `image` under every one of `references`, which name one repository.
    public void push(Image image, List<ImageReference> references) {
        ImageReference repository = references.getFirst();
        image.manifest().layers().forEach(layer -> pushLayer(repository, layer));
        registry.pushBlob(repository, image.manifest().config(), store.blobs(), null);
        byte[] manifest = store.blobs().bytes(image.descriptor().digest());
        for (ImageReference reference : references) {
            registry.pushManifest(reference, image.manifest().mediaType(), manifest);
        }
    }

    /// A layer that is only in a registry is mounted where that is the target's own, else fetched first.
    void pushLayer(ImageReference repository, Descriptor layer) {
        if (registry.hasBlob(repository, layer.digest())) {
            store.origins().add(layer, repository);
            return;
        }
        String mountFrom = mountSource(repository, layer);
        if (mountFrom == null || !registry.mountBlob(repository, layer.digest(), mountFrom)) {
            store.origins().fetch(layer);
            registry.pushBlob(repository, layer, store.blobs(), null);
        }
        store.origins().add(layer, repository);
    }

    private @Nullable String mountSource(ImageReference repository, Descriptor layer) {
        return store.origins().of(layer.digest()).stream()
                .filter(origin -> origin.registry().equals(repository.registry()))
                .map(ImageReference::repository)
                .filter(name -> !name.equals(repository.repository()))
                .findFirst()
                .orElse(null);
    }
}
