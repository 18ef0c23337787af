/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.strata.engine.content.Descriptor;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The writing half of [OciJson]: compact bytes with keys in a fixed order, so equal documents have equal bytes.
final class OciBytes {
    private static final ObjectMapper JSON = new ObjectMapper();

    private OciBytes() {}

    static byte[] of(Manifest manifest) {
        ObjectNode doc = JSON.createObjectNode();
        doc.put("schemaVersion", 2);
        doc.put("mediaType", manifest.mediaType());
        if (manifest.artifactType() != null) {
            doc.put("artifactType", manifest.artifactType());
        }
        doc.set("config", node(manifest.config()));
        ArrayNode layers = doc.putArray("layers");
        manifest.layers().forEach(layer -> layers.add(node(layer)));
        if (!manifest.annotations().isEmpty()) {
            doc.set("annotations", JSON.valueToTree(manifest.annotations()));
        }
        return write(doc);
    }

    static byte[] of(Index index) {
        ObjectNode doc = JSON.createObjectNode();
        doc.put("schemaVersion", 2);
        doc.put("mediaType", index.mediaType());
        ArrayNode manifests = doc.putArray("manifests");
        for (Index.Entry entry : index.manifests()) {
            ObjectNode node = node(entry.manifest());
            if (entry.platform() != null) {
                platform(node.putObject("platform"), entry.platform());
            }
            manifests.add(node);
        }
        return write(doc);
    }

    static byte[] of(ImageConfig image) {
        ObjectNode doc = JSON.createObjectNode();
        if (image.created() != null) {
            doc.put("created", image.created().toString());
        }
        if (image.author() != null) {
            doc.put("author", image.author());
        }
        platform(doc, image.platform());
        doc.set("config", node(image.config()));
        ObjectNode rootfs = doc.putObject("rootfs");
        rootfs.put("type", "layers");
        ArrayNode ids = rootfs.putArray("diff_ids");
        image.diffIds().forEach(id -> ids.add(id.toString()));
        ArrayNode history = doc.putArray("history");
        image.history().forEach(step -> history.add(node(step)));
        return write(doc);
    }

    private static ObjectNode node(ContainerConfig config) {
        ObjectNode doc = JSON.createObjectNode();
        if (!config.user().isEmpty()) {
            doc.put("User", config.user());
        }
        set(doc, "ExposedPorts", config.exposedPorts());
        if (!config.env().isEmpty()) {
            doc.set("Env", JSON.valueToTree(config.env()));
        }
        if (isSet(config.entrypoint())) {
            doc.set("Entrypoint", JSON.valueToTree(config.entrypoint()));
        }
        if (isSet(config.cmd())) {
            doc.set("Cmd", JSON.valueToTree(config.cmd()));
        }
        set(doc, "Volumes", config.volumes());
        if (!config.workingDir().isEmpty()) {
            doc.put("WorkingDir", config.workingDir());
        }
        if (!config.labels().isEmpty()) {
            doc.set("Labels", JSON.valueToTree(config.labels()));
        }
        if (config.stopSignal() != null) {
            doc.put("StopSignal", config.stopSignal());
        }
        if (config.shell() != null) {
            doc.set("Shell", JSON.valueToTree(config.shell()));
        }
        if (config.healthcheck() != null) {
            doc.set("Healthcheck", node(config.healthcheck()));
        }
        if (!config.onBuild().isEmpty()) {
            doc.set("OnBuild", JSON.valueToTree(config.onBuild()));
        }
        if (config.argsEscaped()) {
            doc.put("ArgsEscaped", true);
        }
        return doc;
    }

    /// A list that is set to nothing is left out, as BuildKit and docker leave it out.
    private static boolean isSet(@Nullable List<String> list) {
        return list != null && !list.isEmpty();
    }

    private static ObjectNode node(Healthcheck check) {
        ObjectNode doc = JSON.createObjectNode();
        doc.set("Test", JSON.valueToTree(check.test()));
        var times = new LinkedHashMap<String, Long>();
        times.put("Interval", check.interval());
        times.put("Timeout", check.timeout());
        times.put("StartPeriod", check.startPeriod());
        times.put("StartInterval", check.startInterval());
        times.forEach((name, nanos) -> {
            if (nanos != 0) {
                doc.put(name, nanos);
            }
        });
        if (check.retries() != 0) {
            doc.put("Retries", check.retries());
        }
        return doc;
    }

    private static ObjectNode node(History step) {
        ObjectNode doc = JSON.createObjectNode();
        if (step.created() != null) {
            doc.put("created", step.created().toString());
        }
        if (step.createdBy() != null) {
            doc.put("created_by", step.createdBy());
        }
        if (step.author() != null) {
            doc.put("author", step.author());
        }
        if (step.comment() != null) {
            doc.put("comment", step.comment());
        }
        if (step.emptyLayer()) {
            doc.put("empty_layer", true);
        }
        return doc;
    }

    private static ObjectNode node(Descriptor descriptor) {
        ObjectNode doc = JSON.createObjectNode();
        doc.put("mediaType", descriptor.mediaType());
        doc.put("digest", descriptor.digest().toString());
        doc.put("size", descriptor.size());
        if (!descriptor.annotations().isEmpty()) {
            doc.set("annotations", JSON.valueToTree(descriptor.annotations()));
        }
        return doc;
    }

    private static void platform(ObjectNode doc, Platform platform) {
        doc.put("architecture", platform.architecture());
        doc.put("os", platform.os());
        if (platform.variant() != null) {
            doc.put("variant", platform.variant());
        }
    }

    /// Go's `map[string]struct{}`: the names are the data.
    private static void set(ObjectNode doc, String field, List<String> names) {
        if (!names.isEmpty()) {
            ObjectNode set = doc.putObject(field);
            names.forEach(set::putObject);
        }
    }

    private static byte[] write(ObjectNode doc) {
        try {
            return JSON.writeValueAsBytes(doc);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree of strings and numbers is always JSON", e);
        }
    }
}
