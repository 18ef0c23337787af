/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The fields of one JSON object, each read once. A field that is null counts as missing; one that nobody
/// asked for is refused by [#end]. Every method throws [IOException] with the field's path.
///
/// By hand and not by Jackson's data binding: in a builder that just started, that takes 100 ms to look at our
/// records before it reads the first byte.
final class Fields {
    private final JsonNode object;
    private final String path;
    private final Set<String> asked = new HashSet<>();

    /// @param path where the object stands in its document, ended by a dot; "" for the document itself
    private Fields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    static Fields of(@Nullable JsonNode document) throws IOException {
        if (document == null || !document.isObject()) {
            throw new IOException("it is no JSON object");
        }
        return new Fields(document, "");
    }

    String text(String name) throws IOException {
        return text(required(name), path + name);
    }

    @Nullable
    String optionalText(String name) throws IOException {
        JsonNode value = optional(name);
        return value == null ? null : text(value, path + name);
    }

    int integer(String name) throws IOException {
        return integer(required(name), name);
    }

    @Nullable
    Integer optionalInteger(String name) throws IOException {
        JsonNode value = optional(name);
        return value == null ? null : (Integer) integer(value, name);
    }

    long longInteger(String name) throws IOException {
        return longInteger(required(name), path + name);
    }

    List<String> texts(String name) throws IOException {
        JsonNode array = required(name);
        if (!array.isArray()) {
            throw wrong(path + name, "no list");
        }
        var texts = new ArrayList<String>();
        for (JsonNode each : array) {
            texts.add(text(each, path + name));
        }
        return texts;
    }

    /// In the document's order.
    Map<String, String> textsByName(String name) throws IOException {
        var texts = new LinkedHashMap<String, String>();
        for (Map.Entry<String, JsonNode> each : properties(name)) {
            texts.put(each.getKey(), text(each.getValue(), path + name + "." + each.getKey()));
        }
        return texts;
    }

    Map<String, Long> numbersByName(String name) throws IOException {
        var numbers = new LinkedHashMap<String, Long>();
        for (Map.Entry<String, JsonNode> each : properties(name)) {
            numbers.put(each.getKey(), longInteger(each.getValue(), path + name + "." + each.getKey()));
        }
        return numbers;
    }

    Fields object(String name) throws IOException {
        return object(required(name), name);
    }

    @Nullable
    Fields optionalObject(String name) throws IOException {
        JsonNode value = optional(name);
        return value == null ? null : object(value, name);
    }

    /// Refuses every field that was not asked for.
    void end() throws IOException {
        for (Map.Entry<String, JsonNode> each : object.properties()) {
            if (!asked.contains(each.getKey())) {
                throw wrong(path + each.getKey(), "unknown");
            }
        }
    }

    private @Nullable JsonNode optional(String name) {
        asked.add(name);
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private JsonNode required(String name) throws IOException {
        JsonNode value = optional(name);
        if (value == null) {
            throw wrong(path + name, "missing");
        }
        return value;
    }

    private Set<Map.Entry<String, JsonNode>> properties(String name) throws IOException {
        JsonNode value = required(name);
        if (!value.isObject()) {
            throw wrong(path + name, "no object");
        }
        return value.properties();
    }

    private Fields object(JsonNode value, String name) throws IOException {
        if (!value.isObject()) {
            throw wrong(path + name, "no object");
        }
        return new Fields(value, path + name + ".");
    }

    private int integer(JsonNode value, String name) throws IOException {
        if (!value.canConvertToInt()) {
            throw wrong(path + name, "no number of 32 bits");
        }
        return (int) longInteger(value, path + name);
    }

    private static long longInteger(JsonNode value, String where) throws IOException {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(where, "no whole number");
        }
        return value.longValue();
    }

    private static String text(JsonNode value, String where) throws IOException {
        if (!value.isTextual()) {
            throw wrong(where, "no text");
        }
        return value.textValue();
    }

    private static IOException wrong(String where, String what) {
        return new IOException("its field " + where + " is " + what);
    }
}
