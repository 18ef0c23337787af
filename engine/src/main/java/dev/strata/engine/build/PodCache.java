/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.report.BuildRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The cache of a builder pod's build. It spares work and decides nothing: what goes wrong with it is a
/// printed note and never the build's failure, unless the build was interrupted.
final class PodCache {
    private final LocalStore store;
    private final BuildRequest.Cache request;
    private final PrintStream out;

    PodCache(LocalStore store, BuildRequest.Cache request, PrintStream out) {
        this.store = store;
        this.request = request;
        this.out = out;
    }

    /// The records that are there; none where they cannot be read.
    Map<CacheKey, CacheRecord> load() {
        try {
            ImageReference reference = reference();
            return reference == null ? Map.of() : new RegistryCache(store, reference).load();
        } catch (IOException | RuntimeException e) {
            note("built without a cache", e);
            return Map.of();
        }
    }

    void save(Map<CacheKey, CacheRecord> records) {
        try {
            ImageReference reference = reference();
            if (reference != null) {
                new RegistryCache(store, reference).save(records);
            }
        } catch (IOException | RuntimeException e) {
            note("the cache could not be kept", e);
        }
    }

    private @Nullable ImageReference reference() {
        String name = request.repository();
        return name == null ? null : ImageReference.parse(name).withTag(request.scope());
    }

    private void note(String what, Exception why) {
        if (why instanceof StrataException e && e.problem().code() == ProblemCode.Cancelled) {
            throw e;
        }
        String reason = why instanceof StrataException e
                ? e.problem().headline()
                : why.getClass().getSimpleName();
        out.println(what + ": " + PlainProgress.escape(reason));
    }
}
