/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.image.Image;
import dev.strata.engine.image.Platform;
import dev.strata.engine.plan.ImageResolver;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// Finds base images: in the local store first, then in the registry; the other way round on `--pull`.
final class StoreResolver implements ImageResolver {
    /// Where a name is looked up first.
    enum Order {
        STORE_FIRST,
        REGISTRY_ONLY
    }

    private final LocalStore store;
    private final Order order;

    StoreResolver(LocalStore store, Order order) {
        this.store = store;
        this.order = order;
    }

    @Override
    public Image resolve(ImageReference reference, Platform platform) {
        if (order == Order.STORE_FIRST) {
            Optional<Image> local = local(reference);
            if (local.isPresent() && platform.accepts(local.get().config().platform())) {
                return local.get();
            }
        }
        Image image = store.registry().resolve(reference, platform, store.blobs());
        image.manifest().layers().forEach(layer -> store.origins().add(layer, reference));
        return image;
    }

    private Optional<Image> local(ImageReference reference) {
        try {
            return store.images().find(reference);
        } catch (IOException e) {
            throw new UncheckedIOException("looking for " + reference, e);
        }
    }
}
