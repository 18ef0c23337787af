/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.image.Image;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.RegistryClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Pushes an image of the store: layers and the config at once, the manifest last, so that no reader ever
/// finds a manifest whose blobs are missing.
public final class ImagePusher {
    private static final int AT_ONCE = 4;

    private final LocalStore store;
    private final RegistryClient registry;

    public ImagePusher(LocalStore store) {
        this.store = store;
        this.registry = store.registry();
    }

    /// Pushes `image` under every one of `references`, which name one repository.
    public void push(Image image, List<ImageReference> references) {
        ImageReference repository = references.getFirst();
        List<Runnable> uploads = new ArrayList<>();
        uploads.add(() -> registry.pushBlob(repository, image.manifest().config(), store.blobs()));
        image.manifest().layers().stream().distinct().forEach(layer -> uploads.add(() -> pushLayer(repository, layer)));
        atOnce(uploads);
        byte[] manifest = store.blobs().bytes(image.descriptor().digest());
        for (ImageReference reference : references) {
            registry.pushManifest(reference, image.manifest().mediaType(), manifest);
        }
    }

    /// Most of an upload is waiting for the registry's disk. The first failure ends the others.
    private static void atOnce(List<Runnable> uploads) {
        try (var pool = Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofVirtual().name("upload ", 0).factory())) {
            var running = new ExecutorCompletionService<Void>(pool);
            uploads.forEach(upload -> running.submit(upload, null));
            try {
                for (int done = 0; done < uploads.size(); done++) {
                    running.take().get();
                }
            } catch (ExecutionException e) {
                pool.shutdownNow();
                switch (e.getCause()) {
                    case RuntimeException problem -> throw problem;
                    case null, default -> throw new IllegalStateException("an upload", e);
                }
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
                throw new StrataException(Problem.of(ProblemCode.Cancelled, "the push was interrupted", "", ""), e);
            }
        }
    }

    /// A layer that is only in a registry is mounted where that is the target's own, else fetched first.
    void pushLayer(ImageReference repository, Descriptor layer) {
        if (registry.hasBlob(repository, layer.digest())) {
            store.origins().add(layer, repository);
            return;
        }
        Supplier<BlobStore> bytes = () -> {
            store.origins().fetch(layer);
            return store.blobs();
        };
        String mountFrom = mountSource(repository, layer);
        if (mountFrom == null) {
            registry.pushBlob(repository, layer, bytes.get());
        } else {
            registry.mountBlob(repository, layer, mountFrom, bytes);
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
