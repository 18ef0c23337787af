/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Platform;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;

/// Pulls an image with all its layers and gives it its name.
public final class ImagePuller {
    private final LocalStore store;

    public ImagePuller(LocalStore store) {
        this.store = store;
    }

    public Image pull(ImageReference reference) throws IOException {
        var resolver = new StoreResolver(store, StoreResolver.Order.REGISTRY_ONLY);
        Image image = resolver.resolve(reference, Platform.local());
        for (Descriptor layer : image.manifest().layers()) {
            store.origins().fetch(layer);
        }
        store.images().tag(reference, image.descriptor());
        return image;
    }
}
