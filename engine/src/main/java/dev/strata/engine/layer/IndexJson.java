/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.engine.content.Digest;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.TreeMap;

/// A [TreeIndex] as a sequence of JSON values, format 2: `["strata.index",2,diffID]`, then for each thing an array
/// whose first element says what it is: `e` entry, `w` whiteout, `o` opaque directory, `f` small file.
final class IndexJson {
    private static final String MAGIC = "strata.index";
    private static final int FORMAT = 2;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonFactory FACTORY = JSON.getFactory();

    private IndexJson() {}

    /// An index, and the diffID of the layer that it was made from.
    record Document(DiffId diffId, TreeIndex index) {}

    static void write(Document document, OutputStream out) throws IOException {
        JsonGenerator json = FACTORY.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.setRootValueSeparator(new SerializedString("\n"));
        json.writeStartArray();
        json.writeString(MAGIC);
        json.writeNumber(FORMAT);
        json.writeString(document.diffId().toString());
        json.writeEndArray();
        TreeIndex index = document.index();
        for (Entry entry : index.entries()) {
            write(entry, json);
        }
        for (String path : index.whiteouts()) {
            json.writeArray(new String[] {"w", path}, 0, 2);
        }
        for (String path : index.opaque()) {
            json.writeArray(new String[] {"o", path}, 0, 2);
        }
        for (var file : new TreeMap<>(index.smallFiles()).entrySet()) {
            String content = Base64.getEncoder().encodeToString(file.getValue());
            json.writeArray(new String[] {"f", file.getKey(), content}, 0, 3);
        }
        json.close();
    }

    private static void write(Entry entry, JsonGenerator json) throws IOException {
        json.writeStartArray();
        json.writeString("e");
        json.writeString(entry.path());
        json.writeString(entry.kind().name());
        json.writeNumber(entry.mode());
        json.writeNumber(entry.uid());
        json.writeNumber(entry.gid());
        json.writeNumber(entry.size());
        json.writeNumber(entry.mtime().getEpochSecond());
        json.writeString(entry.link());
        json.writeNumber(entry.deviceMajor());
        json.writeNumber(entry.deviceMinor());
        json.writeString(entry.content() == null ? null : entry.content().hex());
        json.writeStartObject();
        for (var xattr : entry.xattrs().entrySet()) {
            json.writeStringField(xattr.getKey(), xattr.getValue());
        }
        json.writeEndObject();
        json.writeEndArray();
    }

    /// @throws IOException when the bytes are anything but a whole index of this format
    static Document read(InputStream in) throws IOException {
        var collector = new TreeIndex.Collector();
        // Not by readValues: that takes the first array for a list of the values.
        try (JsonParser json = FACTORY.createParser(in)) {
            JsonNode first = json.nextToken() == null ? null : JSON.<JsonNode>readTree(json);
            if (first == null
                    || !first.path(0).asText().equals(MAGIC)
                    || first.path(1).asInt() != FORMAT) {
                throw new IOException("not an index of format " + FORMAT);
            }
            DiffId diffId = DiffId.parse(first.path(2).asText());
            while (json.nextToken() != null) {
                add(JSON.<JsonNode>readTree(json), collector);
            }
            return new Document(diffId, collector.index());
        } catch (IllegalArgumentException | DateTimeException | StrataException e) {
            throw new IOException("an index is damaged", e);
        }
    }

    private static void add(JsonNode value, TreeIndex.Collector collector) throws IOException {
        String path = value.path(1).asText();
        switch (value.path(0).asText()) {
            case "e" -> collector.add(entry(path, value));
            case "w" -> collector.whiteout(path);
            case "o" -> collector.opaque(path);
            case "f" ->
                collector.smallFile(
                        path, Base64.getDecoder().decode(value.path(2).asText()));
            default -> throw new IOException("an index is damaged: " + value);
        }
    }

    private static Entry entry(String path, JsonNode value) {
        var xattrs = new TreeMap<String, String>();
        value.path(12)
                .properties()
                .forEach(e -> xattrs.put(e.getKey(), e.getValue().asText()));
        return new Entry(
                path,
                Entry.Kind.valueOf(value.path(2).asText()),
                value.path(3).asInt(),
                value.path(4).asInt(),
                value.path(5).asInt(),
                value.path(6).asLong(),
                Instant.ofEpochSecond(value.path(7).asLong()),
                value.path(8).textValue(),
                value.path(9).asInt(),
                value.path(10).asInt(),
                xattrs,
                value.path(11).isTextual() ? new Digest(value.path(11).asText()) : null);
    }
}
