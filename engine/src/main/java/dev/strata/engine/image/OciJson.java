/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// OCI documents to and from JSON. Written bytes are compact, with keys in a fixed order, so equal documents have equal
/// bytes.
///
/// Every reader refuses a document that lacks what the specification requires, with `ImageInvalid`.
public final class OciJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private OciJson() {}

    public static Manifest manifest(byte[] bytes) {
        return parsing("manifest", bytes, doc -> {
            if (doc.path("schemaVersion").asInt() != 2) {
                throw new IllegalArgumentException("schemaVersion is not 2");
            }
            return new Manifest(
                    doc.path("mediaType").asText(MediaTypes.OCI_MANIFEST),
                    textOrNull(doc.path("artifactType")),
                    descriptor(doc.path("config")),
                    descriptors(doc.path("layers")),
                    strings(doc.path("annotations")));
        });
    }

    public static Index index(byte[] bytes) {
        return parsing("index", bytes, doc -> {
            var entries = new ArrayList<Index.Entry>();
            for (JsonNode entry : doc.path("manifests")) {
                entries.add(new Index.Entry(descriptor(entry), platformOrNull(entry.path("platform"))));
            }
            return new Index(doc.path("mediaType").asText(MediaTypes.OCI_INDEX), entries);
        });
    }

    public static ImageConfig config(byte[] bytes) {
        return parsing("config", bytes, doc -> {
            Platform platform = platformOrNull(doc);
            if (platform == null) {
                throw new IllegalArgumentException("os and architecture are required");
            }
            var diffIds = new ArrayList<DiffId>();
            for (JsonNode id : doc.path("rootfs").path("diff_ids")) {
                diffIds.add(DiffId.parse(id.asText()));
            }
            var history = new ArrayList<History>();
            for (JsonNode step : doc.path("history")) {
                history.add(new History(
                        timeOrNull(step.path("created")),
                        textOrNull(step.path("created_by")),
                        textOrNull(step.path("author")),
                        textOrNull(step.path("comment")),
                        step.path("empty_layer").asBoolean()));
            }
            return new ImageConfig(
                    timeOrNull(doc.path("created")),
                    textOrNull(doc.path("author")),
                    platform,
                    container(doc.path("config")),
                    diffIds,
                    history);
        });
    }

    public static byte[] bytes(Manifest manifest) {
        return OciBytes.of(manifest);
    }

    public static byte[] bytes(Index index) {
        return OciBytes.of(index);
    }

    public static byte[] bytes(ImageConfig image) {
        return OciBytes.of(image);
    }

    private static ContainerConfig container(JsonNode doc) {
        return new ContainerConfig(
                doc.path("User").asText(""),
                names(doc.path("ExposedPorts")),
                list(doc.path("Env")),
                listOrNull(doc.path("Entrypoint")),
                listOrNull(doc.path("Cmd")),
                names(doc.path("Volumes")),
                doc.path("WorkingDir").asText(""),
                strings(doc.path("Labels")),
                textOrNull(doc.path("StopSignal")),
                listOrNull(doc.path("Shell")),
                healthcheckOrNull(doc.path("Healthcheck")),
                list(doc.path("OnBuild")),
                doc.path("ArgsEscaped").asBoolean());
    }

    private static @Nullable Healthcheck healthcheckOrNull(JsonNode doc) {
        return doc.isObject()
                ? new Healthcheck(
                        list(doc.path("Test")),
                        doc.path("Interval").asLong(),
                        doc.path("Timeout").asLong(),
                        doc.path("StartPeriod").asLong(),
                        doc.path("StartInterval").asLong(),
                        doc.path("Retries").asInt())
                : null;
    }

    private static @Nullable Platform platformOrNull(JsonNode doc) {
        return doc.hasNonNull("os") && doc.hasNonNull("architecture")
                ? new Platform(
                        doc.path("os").asText(), doc.path("architecture").asText(), textOrNull(doc.path("variant")))
                : null;
    }

    private static Descriptor descriptor(JsonNode doc) {
        if (!doc.hasNonNull("mediaType") || !doc.hasNonNull("digest") || !doc.hasNonNull("size")) {
            throw new IllegalArgumentException("a descriptor needs mediaType, digest and size");
        }
        return new Descriptor(
                doc.path("mediaType").asText(),
                Digest.parse(doc.path("digest").asText()),
                doc.path("size").asLong(),
                strings(doc.path("annotations")));
    }

    private static List<Descriptor> descriptors(JsonNode doc) {
        var all = new ArrayList<Descriptor>();
        doc.forEach(entry -> all.add(descriptor(entry)));
        return all;
    }

    /// Go's `map[string]struct{}`: the names are the data.
    private static List<String> names(JsonNode doc) {
        var names = new ArrayList<String>();
        doc.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> list(JsonNode doc) {
        var values = new ArrayList<String>();
        doc.forEach(value -> values.add(value.asText()));
        return values;
    }

    private static @Nullable List<String> listOrNull(JsonNode doc) {
        return doc.isArray() ? list(doc) : null;
    }

    private static Map<String, String> strings(JsonNode doc) {
        var values = new LinkedHashMap<String, String>();
        doc.properties().forEach(e -> values.put(e.getKey(), e.getValue().asText()));
        return values;
    }

    private static @Nullable String textOrNull(JsonNode doc) {
        return doc.isTextual() ? doc.asText() : null;
    }

    private static @Nullable Instant timeOrNull(JsonNode doc) {
        return doc.isTextual() && !doc.asText().isEmpty() ? Instant.parse(doc.asText()) : null;
    }

    private interface Reader<T> {
        T read(JsonNode doc);
    }

    private static <T> T parsing(String kind, byte[] bytes, Reader<T> reader) {
        try {
            JsonNode doc = JSON.readTree(bytes);
            if (doc == null || !doc.isObject()) {
                throw new IllegalArgumentException("not a JSON object");
            }
            return reader.read(doc);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new StrataException(
                    Problem.of(
                            ProblemCode.ImageInvalid,
                            "the image's " + kind + " cannot be read",
                            String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                            "check the image with another tool, or pull it again"),
                    e);
        }
    }
}
