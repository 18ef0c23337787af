/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.content;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Blobs on disk, each named by its digest. Safe for many threads and many processes: a blob appears whole by rename,
/// or not
/// at all, and is never changed afterwards.
public final class BlobStore {
    private final Path blobs;
    private final Path temporary;

    private BlobStore(Path blobs, Path temporary) {
        this.blobs = blobs;
        this.temporary = temporary;
    }

    /// Opens (and creates where missing) the store below `root`.
    public static BlobStore open(Path root) throws IOException {
        var store = new BlobStore(root.resolve("blobs").resolve("sha256"), root.resolve("tmp"));
        Files.createDirectories(store.blobs);
        Files.createDirectories(store.temporary);
        return store;
    }

    public boolean has(Digest digest) {
        return Files.isRegularFile(path(digest));
    }

    /// Where the blob is, or would be.
    public Path path(Digest digest) {
        return blobs.resolve(digest.hex());
    }

    /// Opens a blob for reading.
    ///
    /// @throws StrataException `StoreInvalid` when it is not here
    public InputStream read(Digest digest) throws IOException {
        if (!has(digest)) {
            throw missing(digest);
        }
        return Files.newInputStream(path(digest));
    }

    /// A small blob (a manifest or config) whole.
    public byte[] bytes(Digest digest) {
        try (var in = read(digest)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading blob " + digest, e);
        }
    }

    public long size(Digest digest) {
        try {
            return Files.size(path(digest));
        } catch (IOException e) {
            throw new UncheckedIOException("reading the size of blob " + digest, e);
        }
    }

    /// Starts a new blob; nothing of it is seen before [BlobWriter#commit].
    public BlobWriter writer() throws IOException {
        return new BlobWriter(this, Files.createTempFile(temporary, "blob", ""));
    }

    /// Stores `bytes` and returns their descriptor.
    public Descriptor put(String mediaType, byte[] bytes) {
        try (var writer = writer()) {
            writer.write(bytes);
            return new Descriptor(mediaType, writer.commit(), bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException("storing a blob of " + bytes.length + " bytes", e);
        }
    }

    private static StrataException missing(Digest digest) {
        return new StrataException(Problem.of(
                ProblemCode.StoreInvalid,
                "the store has no blob " + digest,
                "it was removed, or never completely written",
                "build again with --no-cache, or pull the image again"));
    }
}
