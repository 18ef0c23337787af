/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.image.ContainerConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What holds at a place of a stage: config, author, and the ARGs declared so far. Mutable; lives while one
/// stage is planned.
final class StageState {
    private static final List<String> DEFAULT_SHELL = List.of("/bin/sh", "-c");

    ContainerConfig config;

    @Nullable
    String author;

    VertexId last;

    /// A CMD of this very stage survives an ENTRYPOINT; an inherited one does not.
    boolean cmdSet;

    /// Declared ARGs with their values; empty for one that has none.
    private final Map<String, String> arguments = new LinkedHashMap<>();

    /// The ARGs that a later ENV of the same name has not hidden.
    private final Map<String, String> visible = new LinkedHashMap<>();

    StageState(ContainerConfig config, @Nullable String author, VertexId last) {
        this.config = config;
        this.author = author;
        this.last = last;
    }

    /// What a stage starts with that is built on this one: ARGs come along, the CMD counts as inherited.
    StageState child() {
        var child = new StageState(config, author, last);
        child.arguments.putAll(arguments);
        child.visible.putAll(visible);
        return child;
    }

    void declare(String name, @Nullable String value) {
        arguments.put(name, value == null ? "" : value);
        if (value != null) {
            visible.put(name, value);
        }
    }

    void setEnv(Map<String, String> values) {
        ContainerConfig.Draft draft = config.draft();
        values.forEach((name, value) -> {
            draft.env(name, value);
            visible.remove(name);
        });
        config = draft.done();
    }

    /// What words may use.
    Map<String, String> variables() {
        var variables = new HashMap<>(config.envMap());
        variables.putAll(visible);
        return variables;
    }

    /// What a RUN's process has: `NAME=value`.
    List<String> environment() {
        var environment = new LinkedHashMap<>(config.envMap());
        environment.putAll(visible);
        var pairs = new ArrayList<String>();
        environment.forEach((name, value) -> pairs.add(name + "=" + value));
        return pairs;
    }

    /// `|2 A=b C=d ` before a RUN's command in the history, with what the names stand for there; nothing
    /// without ARGs.
    String argumentsForHistory() {
        if (arguments.isEmpty()) {
            return "";
        }
        var text = new StringBuilder("|" + arguments.size());
        Map<String, String> variables = variables();
        arguments.forEach(
                (name, value) -> text.append(' ').append(name).append('=').append(variables.getOrDefault(name, value)));
        return text.append(' ').toString();
    }

    List<String> shell() {
        List<String> shell = config.shell();
        return shell == null ? DEFAULT_SHELL : shell;
    }
}
