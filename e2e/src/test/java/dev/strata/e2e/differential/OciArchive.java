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

/// Reads the OCI layout that a builder wrote as one tar file. OCI image-spec, image-layout.md.
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
        var layers = new BuiltImage.Layers();
        for (JsonNode layer : manifest.path("layers")) {
            try (var in = new GZIPInputStream(new ByteArrayInputStream(blob(layer)))) {
                layers.apply(TarFile.members(in));
            }
        }
        return new BuiltImage(JSON.readTree(blob(manifest.path("config"))), layers.tree());
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
        return file("blobs/" + descriptor.path("digest").asText().replace(':', '/'));
    }

    private byte[] file(String path) {
        byte[] bytes = files.get(path);
        if (bytes == null) {
            throw new AssertionError("the archive has no " + path);
        }
        return bytes;
    }
}
