/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.BlobWriter;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes one layer in one pass: tar, its digest (the diffID), compression, the blob's digest, the file.
///
/// Entries come in byte order of their paths; the writer does not sort. Memory is bounded but for the index.
/// The annotation [#ENCODER] names the compressor: a cached blob of another one is not taken.
/// Not thread-safe.
public final class LayerWriter implements AutoCloseable {
    /// Annotation of a layer's descriptor: `isal-1` or `zlib-6`.
    public static final String ENCODER = "dev.strata.encoder";

    static final String WHITEOUT = ".wh.";
    private static final int BUFFER = 1 << 16;
    private static final int MAX_SMALL_FILE = 1 << 20;

    private final SizeBudget budget;
    private final BlobWriter blob;
    private final Compression compression;
    private final OutputStream compressed;
    private final @Nullable GzipOutput gzip;
    private final MessageDigest diffId = Digest.newMessageDigest();
    private final OutputStream out;
    private final TarWriter tar;
    private final @Nullable Instant clamp;
    private final byte[] buffer = new byte[BUFFER];
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> whiteouts = new ArrayList<>();
    private final Map<String, byte[]> smallFiles = new LinkedHashMap<>();

    private LayerWriter(BlobWriter blob, Compression compression, @Nullable Instant clamp, SizeBudget budget)
            throws IOException {
        this.budget = budget;
        this.blob = blob;
        this.compression = compression;
        this.clamp = clamp;
        this.compressed = new BufferedOutputStream(blob, BUFFER);
        this.gzip = compression == Compression.GZIP ? new GzipOutput(compressed) : null;
        this.out = new BufferedOutputStream(new DigestOutputStream(gzip == null ? compressed : gzip, diffId), BUFFER);
        this.tar = new TarWriter(out);
    }

    /// Starts a layer, which must keep within a [SizeBudget]; times later than `clamp` become `clamp` (null: none
    /// does).
    public static LayerWriter open(BlobStore blobs, Compression compression, @Nullable Instant clamp)
            throws IOException {
        return open(blobs, compression, clamp, SizeBudget.of("the layer of this step"));
    }

    static LayerWriter open(BlobStore blobs, Compression compression, @Nullable Instant clamp, SizeBudget budget)
            throws IOException {
        return new LayerWriter(blobs.writer(), compression, clamp, budget);
    }

    /// Adds an entry, with its bytes if it is a file. Of its attributes only those that belong into an image
    /// are kept, see [ImageXattrs].
    ///
    /// @throws IOException also when the file has more or fewer bytes than the entry says
    public void add(Entry given, @Nullable ContentSource content) throws IOException {
        if (given.path().startsWith(WHITEOUT, given.path().lastIndexOf('/') + 1)) {
            throw new StrataException(Problem.of(
                    ProblemCode.InstructionFailed,
                    "a layer cannot hold the file /" + given.path(),
                    "names that begin with " + WHITEOUT + " mark deletions there; OCI image-spec, layer.md",
                    "rename or remove it in the same step"));
        }
        Instant time = given.mtime().truncatedTo(ChronoUnit.SECONDS);
        Entry entry = given.withMtime(clamp != null && time.isAfter(clamp) ? clamp : time)
                .withXattrs(ImageXattrs.of(given));
        budget.take(entry);
        budget.takeBytes(entry.size());
        boolean directory = entry.kind() == Entry.Kind.DIRECTORY;
        tar.header(entry, directory ? entry.path() + "/" : entry.path(), type(entry.kind()), entry.size());
        if (entry.kind() == Entry.Kind.FILE) {
            entries.add(entry.withContent(content(entry, content)));
            tar.pad(entry.size());
        } else {
            entries.add(entry);
        }
    }

    private static char type(Entry.Kind kind) {
        return switch (kind) {
            case FILE -> '0';
            case HARDLINK -> '1';
            case SYMLINK -> '2';
            case CHARACTER_DEVICE -> '3';
            case BLOCK_DEVICE -> '4';
            case DIRECTORY -> '5';
            case FIFO -> '6';
        };
    }

    private Digest content(Entry entry, @Nullable ContentSource content) throws IOException {
        MessageDigest sha256 = Digest.newMessageDigest();
        boolean keep = TreeIndex.keepsContent(entry.path()) && entry.size() <= MAX_SMALL_FILE;
        var kept = new ByteArrayOutputStream();
        long left = entry.size();
        if (content != null) {
            try (InputStream in = content.open()) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    left -= n;
                    if (left < 0) {
                        break;
                    }
                    sha256.update(buffer, 0, n);
                    out.write(buffer, 0, n);
                    if (keep) {
                        kept.write(buffer, 0, n);
                    }
                }
            }
        }
        if (left != 0) {
            throw new IOException("the file changed while it was read: " + entry.path());
        }
        if (keep) {
            smallFiles.put(entry.path(), kept.toByteArray());
        }
        return Digest.from(sha256);
    }

    /// Marks `path` of the layers below as deleted. OCI image-spec, layer.md#whiteouts.
    public void whiteout(String path) throws IOException {
        budget.take(path);
        int name = path.lastIndexOf('/') + 1;
        String marker = path.substring(0, name) + WHITEOUT + path.substring(name);
        tar.header(Entry.file(marker, 0, 0, 0, 0, Instant.EPOCH), marker, '0', 0);
        whiteouts.add(path);
    }

    /// Ends the layer and gives its blob its name.
    public WrittenLayer finish() throws IOException {
        tar.finish();
        out.flush();
        Map<String, String> annotations = Map.of();
        if (gzip != null) {
            gzip.finish();
            annotations = Map.of(ENCODER, compression.encoder());
        }
        compressed.flush();
        long size = blob.size();
        Digest digest = blob.commit();
        var layer = new Layer(
                new Descriptor(compression.mediaType(), digest, size, annotations), new DiffId(Digest.from(diffId)));
        return new WrittenLayer(layer, new TreeIndex(entries, whiteouts, List.of(), smallFiles));
    }

    @Override
    public void close() throws IOException {
        if (gzip != null) {
            gzip.close();
        }
        blob.close();
    }
}
