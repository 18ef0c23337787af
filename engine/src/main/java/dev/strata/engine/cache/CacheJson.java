/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.layer.Layer;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// Cache records to and from JSON: one as a file of the local store, many as the config of a cache
/// image in a registry.
public final class CacheJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// More than the longest Dockerfile has steps.
    private static final int MOST_RECORDS = 10_000;

    /// As much as all layers of an image may have.
    private static final long LARGEST_LAYER = 256L << 30;

    private CacheJson() {}

    static byte[] bytes(CacheRecord entry) throws IOException {
        return JSON.writeValueAsBytes(node(entry));
    }

    static CacheRecord parse(byte[] bytes) throws IOException {
        return entry(JSON.readTree(bytes));
    }

    /// All of `records` in the order of their keys: `{"records":{"<key>":{...}}}`.
    public static byte[] bytes(Map<CacheKey, CacheRecord> records) throws IOException {
        var sorted = new TreeMap<String, CacheRecord>();
        records.forEach((key, entry) -> sorted.put(key.toString(), entry));
        ObjectNode doc = JSON.createObjectNode();
        ObjectNode all = doc.putObject("records");
        sorted.forEach((key, entry) -> all.set(key, node(entry)));
        return JSON.writeValueAsBytes(doc);
    }

    /// Reads what [#bytes(Map)] wrote.
    ///
    /// @throws IOException when the document is anything else
    public static Map<CacheKey, CacheRecord> records(byte[] bytes) throws IOException {
        JsonNode all = JSON.readTree(bytes).path("records");
        if (!all.isObject()) {
            throw new IOException("not a cache document: \"records\" is missing");
        }
        if (all.size() > MOST_RECORDS) {
            throw new IOException("a cache document of " + all.size() + " records, at most " + MOST_RECORDS);
        }
        var records = new LinkedHashMap<CacheKey, CacheRecord>();
        for (Map.Entry<String, JsonNode> field : all.properties()) {
            records.put(keyOf(field.getKey()), entry(field.getValue()));
        }
        return records;
    }

    private static CacheKey keyOf(String hex) throws IOException {
        try {
            return new CacheKey(new Digest(hex));
        } catch (IllegalArgumentException e) {
            throw new IOException("not a cache key: " + hex, e);
        }
    }

    private static ObjectNode node(CacheRecord entry) {
        Descriptor blob = entry.layer().blob();
        ObjectNode doc = JSON.createObjectNode();
        doc.put("created", entry.created().toString());
        doc.put("diffId", entry.layer().diffId().toString());
        doc.put("mediaType", blob.mediaType());
        doc.put("digest", blob.digest().toString());
        doc.put("size", blob.size());
        doc.set("annotations", JSON.valueToTree(blob.annotations()));
        return doc;
    }

    private static CacheRecord entry(JsonNode doc) throws IOException {
        try {
            JsonNode size = doc.path("size");
            if (!size.canConvertToLong() || size.longValue() < 0 || size.longValue() > LARGEST_LAYER) {
                throw new IllegalArgumentException("the size " + size + " of a layer");
            }
            var annotations = new TreeMap<String, String>();
            doc.path("annotations")
                    .properties()
                    .forEach(e -> annotations.put(e.getKey(), e.getValue().asText()));
            var blob = new Descriptor(
                    doc.path("mediaType").asText(),
                    Digest.parse(doc.path("digest").asText()),
                    size.longValue(),
                    annotations);
            return new CacheRecord(
                    new Layer(blob, DiffId.parse(doc.path("diffId").asText())),
                    Instant.parse(doc.path("created").asText()));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new IOException("a cache record is damaged: " + e.getMessage(), e);
        }
    }
}
