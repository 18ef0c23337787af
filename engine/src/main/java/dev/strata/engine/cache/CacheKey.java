/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.cache;

import dev.strata.engine.content.Digest;
import dev.strata.engine.image.DiffId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/// What decides a step's result, as a digest.
public record CacheKey(Digest digest) {

    /// Starts the key of an operation of `kind` on a tree of `parent` layers.
    public static Builder of(String kind, List<DiffId> parent) {
        Builder builder = new Builder().add("kind", kind);
        parent.forEach(id -> builder.add("parent", id.toString()));
        return builder;
    }

    @Override
    public String toString() {
        return digest.hex();
    }

    /// Collects named parts. Each is framed by its length, so that no two sequences of parts run
    /// together.
    public static final class Builder {
        /// Part of every key: raised when the meaning of a step changes, so that old records are not
        /// found again.
        private static final String FORMAT = "strata.cache.v1";

        private final MessageDigest sha256 = Digest.newMessageDigest();

        private Builder() {
            add("format", FORMAT);
        }

        public Builder add(String name, String value) {
            update(name);
            update(value);
            return this;
        }

        public Builder addAll(String name, List<String> values) {
            add(name + ".count", String.valueOf(values.size()));
            values.forEach(value -> add(name, value));
            return this;
        }

        private void update(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            sha256.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            sha256.update(bytes);
        }

        /// The key; this builder starts over empty.
        public CacheKey key() {
            return new CacheKey(Digest.from(sha256));
        }
    }
}
