/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.dockerfile.Instruction;
import dev.strata.engine.dockerfile.WordExpander;
import dev.strata.engine.image.Platform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// ARG in its two scopes. Before the first FROM an ARG is global: it serves the FROMs, and a stage that
/// declares the name again. BuildKit, frontend/dockerfile/docs/reference.md "ARG".
final class Arguments {
    /// Known without ARG, and no part of the history or the cache. reference.md, "Predefined ARGs".
    private static final List<String> PROXIES =
            List.of("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY");

    private final Map<String, String> given;
    private final Map<String, String> global = new LinkedHashMap<>();
    private final char escape;

    /// @param given the values that the build was started with
    /// @param target the name of the stage to build; null where it has none
    Arguments(Map<String, String> given, Platform platform, @Nullable String target, char escape) {
        this.given = given;
        this.escape = escape;
        for (String side : List.of("BUILD", "TARGET")) {
            Platform of = side.equals("BUILD") ? Platform.local() : platform;
            global.put(side + "PLATFORM", of.toString());
            global.put(side + "OS", of.os());
            global.put(side + "OSVERSION", "");
            global.put(side + "ARCH", of.architecture());
            global.put(side + "VARIANT", of.variant() == null ? "" : of.variant());
        }
        global.put("TARGETSTAGE", target == null ? "default" : target);
        global.replaceAll(given::getOrDefault);
    }

    /// Adds the ARGs before the first FROM; each default sees those before it.
    void declareGlobal(List<Instruction.Arg> args) {
        for (Instruction.Arg arg : args) {
            Problems.at(arg.at(), () -> {
                for (Instruction.Declaration declaration : arg.declarations()) {
                    String value = value(declaration, global);
                    if (value != null) {
                        global.put(declaration.name(), value);
                    }
                }
                return arg;
            });
        }
    }

    /// What a FROM may use.
    Map<String, String> global() {
        return global;
    }

    /// The value of a declaration in a stage: what was given, else its default, else the global one; null
    /// when there is none.
    @Nullable
    String inStage(Instruction.Declaration declaration, Map<String, String> variables) {
        String value = value(declaration, variables);
        return value == null ? global.get(declaration.name()) : value;
    }

    private @Nullable String value(Instruction.Declaration declaration, Map<String, String> variables) {
        String chosen = given.get(declaration.name());
        if (chosen != null || declaration.value() == null) {
            return chosen;
        }
        return WordExpander.expand(declaration.value(), escape, new HashMap<>(variables));
    }

    /// `NAME=value` of the proxy arguments that were given, each under both cases of its name.
    List<String> proxies() {
        var values = new ArrayList<String>();
        for (String upper : PROXIES) {
            String lower = upper.toLowerCase(Locale.ROOT);
            String value = given.getOrDefault(lower, given.get(upper));
            if (value != null && !value.isEmpty()) {
                values.add(upper + "=" + value);
                values.add(lower + "=" + value);
            }
        }
        return values;
    }
}
