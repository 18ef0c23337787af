/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.cache.CacheJson;
import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.FetchedManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The cache of one ImageBuild in a registry: an OCI artifact whose config lists the records and whose
/// layers are theirs, so that a registry's garbage collector keeps them.
///
/// A blob of it is fetched only when a later step needs its bytes, and is verified then. OCI image-spec,
/// manifest.md#guidelines-for-artifact-usage.
public final class RegistryCache {
    static final String ARTIFACT_TYPE = "application/vnd.dev.strata.cache.v1";
    static final String CONFIG_TYPE = "application/vnd.dev.strata.cache.records.v1+json";

    /// As of an image's config.
    private static final int LARGEST_CONFIG = 8 << 20;

    private final LocalStore store;
    private final ImageReference reference;

    public RegistryCache(LocalStore store, ImageReference reference) {
        this.store = store;
        this.reference = reference;
    }

    /// The records that are there; none when the cache does not exist yet or is of another format.
    public Map<CacheKey, CacheRecord> load() throws IOException {
        Optional<FetchedManifest> found = store.registry().manifest(reference);
        if (found.isEmpty() || !MediaTypes.isManifest(found.get().mediaType())) {
            return Map.of();
        }
        Manifest manifest = OciJson.manifest(found.get().bytes());
        if (!manifest.config().mediaType().equals(CONFIG_TYPE)) {
            return Map.of();
        }
        if (manifest.config().size() > LARGEST_CONFIG) {
            throw new IOException("a cache document of " + manifest.config().size() + " bytes");
        }
        store.registry().fetchBlob(reference, manifest.config(), store.blobs());
        Map<CacheKey, CacheRecord> records =
                CacheJson.records(store.blobs().bytes(manifest.config().digest()));
        records.values().forEach(entry -> store.origins().add(entry.layer().blob(), reference));
        return records;
    }

    /// Replaces what is there by `records`, pushing the layers that are missing.
    public void save(Map<CacheKey, CacheRecord> records) throws IOException {
        var layers = new LinkedHashMap<String, Descriptor>();
        records.values()
                .forEach(entry -> layers.putIfAbsent(
                        entry.layer().blob().digest().toString(), entry.layer().blob()));
        var pusher = new ImagePusher(store);
        layers.values().forEach(layer -> pusher.pushLayer(reference, layer));
        Descriptor config = store.blobs().put(CONFIG_TYPE, CacheJson.bytes(records));
        store.registry().pushBlob(reference, config, store.blobs());
        var manifest = new Manifest(
                MediaTypes.OCI_MANIFEST, ARTIFACT_TYPE, config, new ArrayList<>(layers.values()), Map.of());
        store.registry().pushManifest(reference, MediaTypes.OCI_MANIFEST, OciJson.bytes(manifest));
    }
}
