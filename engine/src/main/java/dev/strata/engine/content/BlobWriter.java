/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.content;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// Writes one blob under a temporary name while its digest is taken. Closing without [#commit] discards it. Not
/// thread-safe.
public final class BlobWriter extends OutputStream {
    private final BlobStore store;
    private final Path file;
    private final FileChannel channel;
    private final MessageDigest sha256 = Digest.newMessageDigest();
    private long size;
    private @Nullable Digest digest;
    private boolean committed;

    BlobWriter(BlobStore store, Path file) throws IOException {
        this.store = store;
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.WRITE);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (digest != null) {
            throw new IOException("the blob " + digest + " is finished");
        }
        sha256.update(bytes, offset, length);
        var buffer = ByteBuffer.wrap(bytes, offset, length);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        size += length;
    }

    /// Bytes written so far.
    public long size() {
        return size;
    }

    /// The digest of what was written; nothing can be written after it.
    public Digest digest() {
        if (digest == null) {
            digest = Digest.from(sha256);
        }
        return digest;
    }

    /// Syncs the blob, gives it its name and returns its digest. A blob that is already there stays as it is.
    public Digest commit() throws IOException {
        channel.force(true);
        channel.close();
        Files.move(file, store.path(digest()), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        committed = true;
        return digest();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (!committed) {
            Files.deleteIfExists(file);
        }
    }
}
