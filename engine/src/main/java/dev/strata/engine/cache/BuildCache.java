/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.cache;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Where finished steps are looked up and kept. Safe for many threads.
public interface BuildCache {
    /// A step that was done before, if its layer can still be had.
    Optional<CacheRecord> find(CacheKey key);

    /// Remembers a step.
    void put(CacheKey key, CacheRecord entry);

    /// A cache that never finds anything but keeps what is put: `--no-cache`.
    static BuildCache writeOnly(BuildCache cache) {
        return new BuildCache() {
            @Override
            public Optional<CacheRecord> find(CacheKey key) {
                return Optional.empty();
            }

            @Override
            public void put(CacheKey key, CacheRecord entry) {
                cache.put(key, entry);
            }
        };
    }

    /// `local` first, then what was `imported`, as far as it is `available`: a registry may have removed the
    /// blob that a record names.
    static BuildCache layered(BuildCache local, Map<CacheKey, CacheRecord> imported, Predicate<CacheRecord> available) {
        return new BuildCache() {
            @Override
            public Optional<CacheRecord> find(CacheKey key) {
                Optional<CacheRecord> here = local.find(key);
                return here.isPresent()
                        ? here
                        : Optional.ofNullable(imported.get(key)).filter(available);
            }

            @Override
            public void put(CacheKey key, CacheRecord entry) {
                local.put(key, entry);
            }
        };
    }
}
