/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.cache;

import dev.strata.engine.content.BlobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Records as files of the local store; one is found only while its layer's blob is in the store too.
/// A record that cannot be read counts as none: the step is run again and the record replaced.
public final class LocalCache implements BuildCache {
    private final Path directory;
    private final Path temporary;
    private final BlobStore blobs;

    private LocalCache(Path directory, Path temporary, BlobStore blobs) {
        this.directory = directory;
        this.temporary = temporary;
        this.blobs = blobs;
    }

    public static LocalCache open(Path root, BlobStore blobs) throws IOException {
        Path directory = Files.createDirectories(root.resolve("cache"));
        return new LocalCache(directory, Files.createDirectories(root.resolve("tmp")), blobs);
    }

    @Override
    public Optional<CacheRecord> find(CacheKey key) {
        try {
            CacheRecord entry = CacheJson.parse(Files.readAllBytes(directory.resolve(key.toString())));
            return blobs.has(entry.layer().blob().digest()) ? Optional.of(entry) : Optional.empty();
        } catch (IOException missingOrDamaged) {
            return Optional.empty();
        }
    }

    @Override
    public void put(CacheKey key, CacheRecord entry) {
        try {
            Path file = Files.createTempFile(temporary, "cache", "");
            Files.write(file, CacheJson.bytes(entry));
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(file, directory.resolve(key.toString()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("writing the cache record " + key, e);
        }
    }
}
