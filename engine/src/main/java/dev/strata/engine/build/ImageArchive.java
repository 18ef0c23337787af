/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Index;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.image.Platform;
import dev.strata.engine.layer.SizeBudget;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/// Images as one tar file: an OCI image layout that docker's loaders read too (`manifest.json`).
///
/// ```
/// oci-layout  index.json  manifest.json  blobs/sha256/...
/// ```
/// OCI image-spec, image-layout.md. Names are the annotations `io.containerd.image.name` (whole) and
/// `org.opencontainers.image.ref.name` (tag).
public final class ImageArchive {
    private static final String NAME = "io.containerd.image.name";
    private static final String REF_NAME = "org.opencontainers.image.ref.name";
    static final String BLOBS = "blobs/sha256/";
    static final String INDEX = "index.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LocalStore store;
    private final BlobStore blobs;

    public ImageArchive(LocalStore store) {
        this.store = store;
        this.blobs = store.blobs();
    }

    /// Writes `images` to `out`, which stays open; the same images always give the same bytes.
    public void save(List<LocalImages.Named> images, OutputStream out) throws IOException {
        var written = new LinkedHashMap<Digest, Descriptor>();
        var entries = new ArrayList<Index.Entry>();
        ArrayNode docker = JSON.createArrayNode();
        for (LocalImages.Named named : images) {
            Image image = named.image();
            List<Descriptor> parts = new ArrayList<>(image.manifest().layers());
            parts.add(image.manifest().config());
            parts.add(image.descriptor());
            for (Descriptor part : parts) {
                store.origins().fetch(part);
                written.putIfAbsent(part.digest(), part);
            }
            entries.add(entry(named));
            docker.add(dockerEntry(named));
        }
        var tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        put(tar, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
        put(tar, INDEX, OciJson.bytes(new Index(MediaTypes.OCI_INDEX, entries)));
        put(tar, "manifest.json", JSON.writeValueAsBytes(docker));
        for (Digest digest : written.keySet().stream().sorted().toList()) {
            header(tar, BLOBS + digest.hex(), blobs.size(digest));
            try (InputStream in = blobs.read(digest)) {
                in.transferTo(tar);
            }
            tar.closeArchiveEntry();
        }
        tar.finish();
    }

    private static Index.Entry entry(LocalImages.Named named) {
        ImageReference reference = named.reference();
        Descriptor manifest = named.image().descriptor();
        var names = new LinkedHashMap<String, String>();
        names.put(NAME, reference.toString());
        if (reference.tag() != null) {
            names.put(REF_NAME, reference.tag());
        }
        Platform platform = named.image().config().platform();
        return new Index.Entry(
                new Descriptor(manifest.mediaType(), manifest.digest(), manifest.size(), names), platform);
    }

    private static ObjectNode dockerEntry(LocalImages.Named named) {
        ObjectNode node = JSON.createObjectNode();
        node.put("Config", BLOBS + named.image().manifest().config().digest().hex());
        node.putArray("RepoTags").add(named.reference().familiar());
        ArrayNode layers = node.putArray("Layers");
        named.image()
                .manifest()
                .layers()
                .forEach(layer -> layers.add(BLOBS + layer.digest().hex()));
        return node;
    }

    /// Reads an archive that [#save] or another tool wrote as an OCI layout; returns the names that now
    /// stand for its images. Nothing gets a name before all of them are known to be usable.
    ///
    /// Throws a `StrataException`: `ArchiveInvalid` when the file is no tar archive or damaged,
    /// `SizeLimitExceeded` when it holds more than a layer may, `ImageInvalid` when a blob's digest is not its
    /// name, or an image is not whole or not for this platform.
    public List<ImageReference> load(Path file) throws IOException {
        return load(file, SizeBudget.of("the archive " + file));
    }

    List<ImageReference> load(Path file, SizeBudget budget) throws IOException {
        var archived = new ArchivedImages(blobs, file, Platform.local());
        return name(archived, OciJson.index(new LoadedArchive(archived, budget).store()));
    }

    private List<ImageReference> name(ArchivedImages archived, Index index) throws IOException {
        var images = new LinkedHashMap<ImageReference, Descriptor>();
        for (Index.Entry entry : index.manifests()) {
            @Nullable String name = entry.manifest().annotations().get(NAME);
            if (name == null) {
                throw archived.refused("its index has an image without the annotation " + NAME);
            }
            images.put(ImageReference.parse(name), archived.manifest(entry.manifest()));
        }
        for (var image : images.entrySet()) {
            store.images().tag(image.getKey(), image.getValue());
        }
        return List.copyOf(images.keySet());
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
        header(tar, name, bytes.length);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static void header(TarArchiveOutputStream tar, String name, long size) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(0);
        entry.setIds(0, 0);
        entry.setNames("", "");
        tar.putArchiveEntry(entry);
    }

    /// For messages: how many bytes an image's layers have.
    public static long size(Image image) {
        Map<Digest, Long> layers = new LinkedHashMap<>();
        image.manifest().layers().forEach(layer -> layers.put(layer.digest(), layer.size()));
        return layers.values().stream().mapToLong(Long::longValue).sum();
    }
}
