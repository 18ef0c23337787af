/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import com.github.luben.zstd.ZstdInputStream;
import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPInputStream;

/// Streams a layer's blob once, telling whiteouts from entries and checking the diffID at the end.
final class LayerReader {
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String AUFS = ".wh..wh.";
    private static final int BUFFER = 1 << 16;

    private LayerReader() {}

    interface Visitor {
        void entry(Entry entry, InputStream content) throws IOException;

        void whiteout(String path) throws IOException;

        void opaque(String directory) throws IOException;
    }

    /// Visits everything in the layer.
    ///
    /// Throws a `StrataException` with `ImageInvalid` when it cannot be read, or the bytes do not have the layer's
    /// diffID. Throws one with `SizeLimitExceeded` when it has more than a [SizeBudget] when unpacked.
    static void read(Layer layer, BlobStore blobs, Visitor visitor) throws IOException {
        read(layer, blobs, visitor, SizeBudget.of("the layer " + layer.blob().digest()));
    }

    static void read(Layer layer, BlobStore blobs, Visitor visitor, SizeBudget budget) throws IOException {
        MessageDigest sha256 = Digest.newMessageDigest();
        try (InputStream blob = new BufferedInputStream(blobs.read(layer.blob().digest()), BUFFER);
                InputStream plain = new BufferedInputStream(opened(layer.blob(), blob), BUFFER);
                InputStream in = budget.over(new Hashed(plain, sha256))) {
            new TarReader(in, budget).forEach((entry, content) -> dispatch(entry, content, visitor));
            in.transferTo(OutputStream.nullOutputStream());
        } catch (StrataException e) {
            throw e.problem().code() == ProblemCode.ArchiveInvalid ? unreadable(layer, e) : e;
        }
        requireDiffId(layer, new DiffId(Digest.from(sha256)));
    }

    /// Throws a `StrataException` with `ImageInvalid` unless the image claims of `layer` the diffID that was found.
    static void requireDiffId(Layer layer, DiffId found) {
        if (!found.equals(layer.diffId())) {
            throw new StrataException(Problem.of(
                    ProblemCode.ImageInvalid,
                    "the layer " + layer.blob().digest() + " is not what its image says",
                    "its diffID is " + found + ", the config names " + layer.diffId(),
                    "pull the image again, or tell its author"));
        }
    }

    private static void dispatch(Entry entry, InputStream content, Visitor visitor) throws IOException {
        String name = ImagePaths.name(entry.path());
        String directory = ImagePaths.parent(entry.path());
        if (name.equals(OPAQUE)) {
            visitor.opaque(directory);
        } else if (name.startsWith(LayerWriter.WHITEOUT) && !name.startsWith(AUFS)) {
            String deleted = name.substring(LayerWriter.WHITEOUT.length());
            if (deleted.isEmpty() || deleted.equals(".") || deleted.equals("..")) {
                throw TarReader.invalid("a whiteout deletes nothing that can be: " + entry.path());
            }
            visitor.whiteout(ImagePaths.join(directory, deleted));
        } else if (!name.startsWith(AUFS)) {
            visitor.entry(entry, content);
        }
    }

    private static StrataException unreadable(Layer layer, StrataException cause) {
        return new StrataException(
                Problem.of(
                        ProblemCode.ImageInvalid,
                        "the layer " + layer.blob().digest() + " cannot be read",
                        cause.problem().why(),
                        "pull the image again, or tell its author"),
                cause);
    }

    private static InputStream opened(Descriptor blob, InputStream in) {
        try {
            return new DecompressedInput(decompressed(blob, in));
        } catch (IOException e) {
            throw DecompressedInput.damaged(e);
        }
    }

    private static InputStream decompressed(Descriptor blob, InputStream in) throws IOException {
        return switch (blob.mediaType()) {
            case MediaTypes.OCI_LAYER_GZIP, MediaTypes.DOCKER_LAYER_GZIP -> new GZIPInputStream(in, BUFFER);
            case MediaTypes.OCI_LAYER_ZSTD, MediaTypes.DOCKER_LAYER_ZSTD -> new ZstdInputStream(in);
            case MediaTypes.OCI_LAYER, MediaTypes.DOCKER_LAYER -> in;
            default ->
                throw new StrataException(Problem.of(
                        ProblemCode.ImageInvalid,
                        "a layer is of an unknown kind: " + blob.mediaType(),
                        "",
                        "use an image whose layers are tar, gzip or zstd"));
        };
    }

    /// Counts skipped bytes too: `DigestInputStream` leaves them out.
    private static final class Hashed extends DigestInputStream {
        private final byte[] skipped = new byte[BUFFER];

        private Hashed(InputStream in, MessageDigest sha256) {
            super(in, sha256);
        }

        @Override
        public long skip(long n) throws IOException {
            int read = read(skipped, 0, (int) Math.min(n, skipped.length));
            return Math.max(0, read);
        }
    }
}
