/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.image.ContainerConfig;
import java.util.List;
import java.util.stream.Collectors;

/// A plan for golden files: a paragraph for each vertex, and at the end the target's config. The digest of a
/// base is left out.
final class PlanText {
    private PlanText() {}

    static String of(BuildPlan plan) {
        var text = new StringBuilder();
        for (Vertex vertex : plan.vertices()) {
            text.append(vertex.id().number()).append(' ').append(vertex.title()).append('\n');
            if (vertex.parent() != null) {
                line(text, "parent", String.valueOf(vertex.parent().number()));
            }
            operation(text, vertex.operation());
            if (!vertex.createdBy().isEmpty()) {
                line(text, "createdBy", vertex.createdBy());
            }
        }
        Vertex target = plan.vertex(plan.target());
        text.append("target ").append(plan.target().number()).append('\n');
        if (target.author() != null) {
            line(text, "author", target.author());
        }
        config(text, target.config());
        return text.toString();
    }

    private static void operation(StringBuilder text, Operation operation) {
        switch (operation) {
            case Operation.Scratch _ -> line(text, "scratch", "");
            case Operation.Base base ->
                line(
                        text,
                        "base",
                        base.reference().name() + ":" + base.reference().tag());
            case Operation.Config _ -> line(text, "config", "");
            case Operation.MakeDirectory make -> line(text, "mkdir", make.path() + " user [" + make.user() + "]");
            case Operation.Run run -> {
                line(text, "run", list(run.argv()));
                line(text, "env", list(run.env()));
                if (!run.proxies().isEmpty()) {
                    line(text, "proxies", list(run.proxies()));
                }
                line(text, "as", "[" + run.user() + "] in " + run.workingDir());
            }
            case Operation.Copy copy -> {
                String from = switch (copy.from()) {
                    case Operation.CopySource.Context _ -> "context";
                    case Operation.CopySource.Output output ->
                        String.valueOf(output.vertex().number());
                };
                line(
                        text,
                        copy.unpack() ? "add" : "copy",
                        list(copy.sources()) + " of " + from + " to " + copy.destination());
                if (copy.chown() != null) {
                    line(text, "chown", copy.chown());
                }
                if (copy.chmod() != null) {
                    line(text, "chmod", Integer.toOctalString(copy.chmod()));
                }
            }
        }
    }

    private static void config(StringBuilder text, ContainerConfig config) {
        config.env().forEach(pair -> line(text, "Env", pair));
        config.labels().forEach((name, value) -> line(text, "Label", name + "=" + value));
        line(text, "WorkingDir", config.workingDir());
        show(text, "User", config.user());
        show(text, "ExposedPorts", list(config.exposedPorts()));
        show(text, "Volumes", list(config.volumes()));
        if (config.entrypoint() != null) {
            line(text, "Entrypoint", list(config.entrypoint()));
        }
        if (config.cmd() != null) {
            line(text, "Cmd", list(config.cmd()));
        }
        if (config.shell() != null) {
            line(text, "Shell", list(config.shell()));
        }
        if (config.stopSignal() != null) {
            line(text, "StopSignal", config.stopSignal());
        }
        if (config.argsEscaped()) {
            line(text, "ArgsEscaped", "true");
        }
    }

    private static void show(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            line(text, name, value);
        }
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(("    " + name + " " + value).stripTrailing()).append('\n');
    }

    private static String list(List<String> words) {
        return words.stream().map(word -> "[" + word + "]").collect(Collectors.joining(" "));
    }
}
