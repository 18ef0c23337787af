/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.image.Image;
import dev.strata.engine.image.Platform;
import dev.strata.engine.plan.ImageResolver;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// Finds images in the local store and in registries.
final class StoreResolver implements ImageResolver {
    /// Where a name is looked up.
    enum Order {
        /// A build.
        STORE_FIRST,
        /// A build with `--pull`: the store has what no registry has.
        REGISTRY_FIRST,
        /// A pull.
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
        return switch (order) {
            case STORE_FIRST -> local(reference, platform).orElseGet(() -> remote(reference, platform));
            case REGISTRY_FIRST -> {
                try {
                    yield remote(reference, platform);
                } catch (StrataException e) {
                    // Some registries answer so for what they do not have.
                    ProblemCode code = e.problem().code();
                    if (code != ProblemCode.ImageNotFound && code != ProblemCode.PullUnauthorized) {
                        throw e;
                    }
                    yield local(reference, platform).orElseThrow(() -> e);
                }
            }
            case REGISTRY_ONLY -> remote(reference, platform);
        };
    }

    private Image remote(ImageReference reference, Platform platform) {
        Image image = store.registry().resolve(reference, platform, store.blobs());
        image.manifest().layers().forEach(layer -> store.origins().add(layer, reference));
        return image;
    }

    private Optional<Image> local(ImageReference reference, Platform platform) {
        try {
            return store.images()
                    .find(reference)
                    .filter(image -> platform.accepts(image.config().platform()));
        } catch (IOException e) {
            throw new UncheckedIOException("looking for " + reference, e);
        }
    }
}
