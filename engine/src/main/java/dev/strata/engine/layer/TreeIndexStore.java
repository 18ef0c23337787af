/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Digest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// The indexes of the store's layers, each in a file named by its blob's digest. Safe for many threads and
/// processes. The last indexes that were used stay in memory.
public final class TreeIndexStore {
    private static final int KEPT_IN_MEMORY = 64;
    private static final int MAX_SMALL_FILE = 1 << 20;

    private final Path directory;
    private final Path temporary;
    private final Map<Digest, IndexJson.Document> known = new ConcurrentHashMap<>();

    private TreeIndexStore(Path directory, Path temporary) {
        this.directory = directory;
        this.temporary = temporary;
    }

    public static TreeIndexStore open(Path root) throws IOException {
        return new TreeIndexStore(
                Files.createDirectories(root.resolve("indexes")), Files.createDirectories(root.resolve("tmp")));
    }

    /// The saved index of a layer; empty when there is none, or none that can be read.
    ///
    /// Throws a `StrataException` with `ImageInvalid` when the blob was seen to have another diffID than the
    /// layer: an image that claims another's diffIDs must not share its cache keys.
    public Optional<TreeIndex> find(Layer layer) {
        Optional<IndexJson.Document> saved = saved(layer.blob().digest());
        saved.ifPresent(document -> LayerReader.requireDiffId(layer, document.diffId()));
        return saved.map(IndexJson.Document::index);
    }

    private Optional<IndexJson.Document> saved(Digest digest) {
        IndexJson.Document document = known.get(digest);
        if (document != null) {
            return Optional.of(document);
        }
        try (InputStream in =
                new GZIPInputStream(new BufferedInputStream(Files.newInputStream(directory.resolve(digest.hex()))))) {
            return Optional.of(remember(digest, IndexJson.read(in)));
        } catch (IOException missingOrDamaged) {
            return Optional.empty();
        }
    }

    /// The saved index, or a new one from the blob, which must be in the store.
    public TreeIndex of(Layer layer, BlobStore blobs) {
        Optional<TreeIndex> saved = find(layer);
        if (saved.isPresent()) {
            return saved.get();
        }
        try {
            var collector = new TreeIndex.Collector();
            LayerReader.read(layer, blobs, new Indexing(collector));
            TreeIndex index = collector.index();
            save(layer, index);
            return index;
        } catch (IOException e) {
            throw new UncheckedIOException("indexing the layer " + layer.blob().digest(), e);
        }
    }

    /// Keeps the index of `layer`.
    ///
    /// @param layer with the diffID that its bytes were seen to have
    public void save(Layer layer, TreeIndex index) throws IOException {
        Digest digest = layer.blob().digest();
        var document = new IndexJson.Document(layer.diffId(), index);
        Path part = Files.createTempFile(temporary, "index", "");
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE);
                    OutputStream file = new BufferedOutputStream(Channels.newOutputStream(channel));
                    var gzip = new GZIPOutputStream(file)) {
                IndexJson.write(document, gzip);
                gzip.finish();
                file.flush();
                channel.force(true);
            }
            Files.move(part, directory.resolve(digest.hex()), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        remember(digest, document);
    }

    private IndexJson.Document remember(Digest digest, IndexJson.Document document) {
        if (known.size() >= KEPT_IN_MEMORY) {
            known.clear();
        }
        known.put(digest, document);
        return document;
    }

    private record Indexing(TreeIndex.Collector collector) implements LayerReader.Visitor {
        @Override
        public void entry(Entry entry, InputStream content) throws IOException {
            if (entry.kind() != Entry.Kind.FILE) {
                collector.add(entry);
                return;
            }
            MessageDigest sha256 = Digest.newMessageDigest();
            boolean keep = TreeIndex.keepsContent(entry.path()) && entry.size() <= MAX_SMALL_FILE;
            var kept = new ByteArrayOutputStream();
            OutputStream sink = keep ? kept : OutputStream.nullOutputStream();
            content.transferTo(new DigestOutputStream(sink, sha256));
            collector.add(entry.withContent(Digest.from(sha256)));
            if (keep) {
                collector.smallFile(entry.path(), kept.toByteArray());
            }
        }

        @Override
        public void whiteout(String path) {
            collector.whiteout(path);
        }

        @Override
        public void opaque(String path) {
            collector.opaque(path);
        }
    }
}
