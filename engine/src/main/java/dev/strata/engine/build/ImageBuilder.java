/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.cache.BuildCache;
import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.dockerfile.Dockerfile;
import dev.strata.engine.dockerfile.DockerfileParser;
import dev.strata.engine.image.Image;
import dev.strata.engine.layer.Compression;
import dev.strata.engine.linux.IsalDeflater;
import dev.strata.engine.plan.BuildPlan;
import dev.strata.engine.plan.PlanOptions;
import dev.strata.engine.plan.Planner;
import dev.strata.engine.solve.BuildEvent;
import dev.strata.engine.solve.ContextTree;
import dev.strata.engine.solve.SolveOptions;
import dev.strata.engine.solve.Solver;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Builds one image: reads the Dockerfile, plans, solves, and puts the image's documents into the store.
/// Not thread-safe; one for each build.
public final class ImageBuilder {
    private final LocalStore store;
    private final BuildOptions options;
    private final Consumer<BuildEvent> events;
    private final Map<CacheKey, CacheRecord> used = new LinkedHashMap<>();
    private int steps;
    private int cachedSteps;

    public ImageBuilder(LocalStore store, BuildOptions options, Consumer<BuildEvent> events) {
        this.store = store;
        this.options = options;
        this.events = events;
    }

    /// Builds and returns the image; no name stands for it yet.
    ///
    /// Throws a `StrataException`: `StepFailure` when a step failed, else what is wrong with the
    /// Dockerfile, its context or its base images.
    public Image build() throws IOException, InterruptedException {
        if (!IsalDeflater.isInstalled()) {
            events.accept(new BuildEvent.Note("layers are compressed by the JDK, slower and to other bytes than"
                    + " elsewhere: libisal.so.2 is missing (Debian: apt-get install libisal2)"));
        }
        Dockerfile dockerfile = DockerfileParser.parse(options.input().dockerfile());
        var resolver = new StoreResolver(
                store, options.pull() ? StoreResolver.Order.REGISTRY_FIRST : StoreResolver.Order.STORE_FIRST);
        BuildPlan plan = Planner.plan(
                dockerfile, new PlanOptions(options.args(), options.target(), options.platform()), resolver);
        steps = plan.vertices().size();
        try (ContextTree tree = options.input().openContext()) {
            var solver = new Solver(
                    store.solving(recording(cache())),
                    store.origins(),
                    tree,
                    new SolveOptions(Compression.GZIP, options.sourceDateEpoch()),
                    Clock.systemUTC(),
                    events);
            try {
                return new ImageWriter(store.blobs()).write(solver.solve(plan));
            } finally {
                cachedSteps = solver.cachedSteps();
            }
        }
    }

    /// Vertices of the plan; 0 before it was made.
    public int steps() {
        return steps;
    }

    public int cachedSteps() {
        return cachedSteps;
    }

    /// Every cache record that this build found or made, for an export.
    public Map<CacheKey, CacheRecord> usedRecords() {
        return Map.copyOf(used);
    }

    private BuildCache cache() {
        BuildCache local = BuildCache.layered(
                store.cache(),
                options.imported(),
                record -> store.origins().has(record.layer().blob()));
        return options.useCache() ? local : BuildCache.writeOnly(local);
    }

    private BuildCache recording(BuildCache cache) {
        return new BuildCache() {
            @Override
            public Optional<CacheRecord> find(CacheKey key) {
                Optional<CacheRecord> found = cache.find(key);
                found.ifPresent(entry -> used.put(key, entry));
                return found;
            }

            @Override
            public void put(CacheKey key, CacheRecord entry) {
                used.put(key, entry);
                cache.put(key, entry);
            }
        };
    }
}
