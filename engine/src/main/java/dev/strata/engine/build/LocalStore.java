/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.cache.BuildCache;
import dev.strata.engine.cache.LocalCache;
import dev.strata.engine.content.BlobStore;
import dev.strata.engine.exec.ExecSettings;
import dev.strata.engine.exec.Executor;
import dev.strata.engine.layer.TreeIndexStore;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.registry.RegistryClient;
import dev.strata.engine.snapshot.Snapshotter;
import dev.strata.engine.solve.Store;
import java.io.IOException;
import java.nio.file.Path;

/// Everything below one root directory: blobs, indexes, snapshots, cache records and names.
public final class LocalStore implements AutoCloseable {
    private final Path root;
    private final StoreLock lock;
    private final BlobStore blobs;
    private final TreeIndexStore indexes;
    private final Snapshotter snapshots;
    private final Executor executor;
    private final LocalCache cache;
    private final LocalImages images;
    private final BlobOrigins origins;
    private final RegistryClient registry;

    private LocalStore(Path root, StoreLock lock, ExecSettings exec, RegistryClient registry) throws IOException {
        this.root = root;
        this.lock = lock;
        this.registry = registry;
        blobs = BlobStore.open(root);
        indexes = TreeIndexStore.open(root);
        snapshots = Snapshotter.open(root, new StoreUnpacker(blobs, indexes));
        executor = new Executor(exec, root.resolve("run"));
        cache = LocalCache.open(root, blobs);
        images = LocalImages.open(root, blobs);
        origins = BlobOrigins.open(root, blobs, registry);
    }

    /// Opens (and creates where missing) the store at `root`, without what processes that died have left
    /// there; closing it closes `registry` too.
    public static LocalStore open(Path root, ExecSettings exec, RegistryClient registry) {
        try {
            StoreLock lock = StoreLock.take(root);
            try {
                return new LocalStore(root, lock, exec, registry);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StrataException(
                    Problem.of(
                            ProblemCode.StoreInvalid,
                            "the store " + root + " cannot be opened",
                            String.valueOf(e.getMessage()),
                            "give a directory that you may write with --root"),
                    e);
        }
    }

    public BlobStore blobs() {
        return blobs;
    }

    public LocalImages images() {
        return images;
    }

    public RegistryClient registry() {
        return registry;
    }

    BlobOrigins origins() {
        return origins;
    }

    BuildCache cache() {
        return cache;
    }

    Store solving(BuildCache stepCache) {
        return new Store(blobs, indexes, snapshots, executor, stepCache, root.resolve("tmp"));
    }

    @Override
    public void close() {
        registry.close();
        lock.close();
    }
}
