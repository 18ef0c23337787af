/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.plan.Operation;
import java.io.IOException;
import java.time.Instant;

/// WORKDIR: a layer with the directories that are missing; an empty one where none is, as BuildKit's.
final class DirectoryStep implements LayerStep {
    private final Operation.MakeDirectory mkdir;
    private final Instant mtime;
    private final Store store;

    DirectoryStep(Operation.MakeDirectory mkdir, Instant mtime, Store store) {
        this.mkdir = mkdir;
        this.mtime = mtime;
        this.store = store;
    }

    @Override
    public String kind() {
        return "mkdir";
    }

    @Override
    public CacheKey key(CacheKey.Builder key, Solver.Parent parent) {
        return key.add("path", mkdir.path())
                .add("user", mkdir.user())
                .add("mtime", mtime.toString())
                .key();
    }

    @Override
    public Layer make(Solver.Parent parent, SolveOptions options) throws IOException {
        var changes = new ChangeSet(parent.tree());
        String path = changes.resolve(mkdir.path());
        if (!changes.isDirectory(path)) {
            Owner owner = mkdir.user().isEmpty() ? Owner.ROOT : Owner.parse(mkdir.user(), parent.tree());
            changes.makeDirectories(path, owner.directory(mtime));
        }
        return store.write(options, changes::writeTo);
    }
}
