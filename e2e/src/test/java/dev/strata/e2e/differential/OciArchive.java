/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/// Reads the OCI layout that a builder wrote as one tar file, and holds each digest and size to what they name.
/// OCI image-spec, image-layout.md, descriptor.md, and config.md of `diff_ids`.
final class OciArchive {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, byte[]> files = new HashMap<>();

    private OciArchive() {}

    static BuiltImage read(Path archive) throws IOException {
        var read = new OciArchive();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
            read.files.putAll(TarFile.contents(in));
        }
        return read.image();
    }

    private BuiltImage image() throws IOException {
        JsonNode manifest = manifest(JSON.readTree(file("index.json")));
        JsonNode config = JSON.readTree(blob(manifest.path("config")));
        JsonNode blobs = manifest.path("layers");
        JsonNode diffIds = config.path("rootfs").path("diff_ids");
        if (blobs.size() != diffIds.size()) {
            throw new AssertionError(blobs.size() + " layers, and diff_ids of " + diffIds.size());
        }
        var layers = new BuiltImage.Layers();
        for (int i = 0; i < blobs.size(); i++) {
            byte[] layer = unpacked(blob(blobs.get(i)));
            if (!digest(layer).equals(diffIds.get(i).asText())) {
                throw new AssertionError("layer " + i + " is " + digest(layer) + ", its diff_id " + diffIds.get(i));
            }
            layers.apply(TarFile.members(new ByteArrayInputStream(layer)));
        }
        return new BuiltImage(config, layers.tree());
    }

    private static byte[] unpacked(byte[] gzip) throws IOException {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        }
    }

    /// The image's, below an index of its own where BuildKit adds an attestation.
    private JsonNode manifest(JsonNode index) throws IOException {
        for (JsonNode each : index.path("manifests")) {
            if (each.path("annotations").has("vnd.docker.reference.type")) {
                continue;
            }
            JsonNode document = JSON.readTree(blob(each));
            return document.has("manifests") ? manifest(document) : document;
        }
        throw new AssertionError("the archive's index names no image: " + index);
    }

    private byte[] blob(JsonNode descriptor) {
        String digest = descriptor.path("digest").asText();
        byte[] bytes = file("blobs/" + digest.replace(':', '/'));
        if (!digest(bytes).equals(digest)) {
            throw new AssertionError("the blob " + digest + " is " + digest(bytes));
        }
        if (bytes.length != descriptor.path("size").asLong(-1)) {
            throw new AssertionError("the blob " + digest + " has " + bytes.length + " bytes: " + descriptor);
        }
        return bytes;
    }

    private static String digest(byte[] bytes) {
        return "sha256:" + TarFile.sha256(bytes);
    }

    private byte[] file(String path) {
        byte[] bytes = files.get(path);
        if (bytes == null) {
            throw new AssertionError("the archive has no " + path);
        }
        return bytes;
    }
}
