/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.SourceRange;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One instruction of a Dockerfile. Words are as written: quotes, escapes and variables are still in them,
/// but for what JSON says literally.
public sealed interface Instruction {
    /// Its lines.
    SourceRange at();

    /// The instruction on one line, as written.
    String text();

    /// Begins a stage.
    ///
    /// @param image a name, a stage, or `scratch`; may hold variables
    /// @param name of the stage, in lower case; null where it has none
    record From(
            SourceRange at,
            String text,
            String image,
            @Nullable String name) implements Instruction {}

    record Arg(SourceRange at, String text, List<Declaration> declarations) implements Instruction {
        public Arg {
            declarations = List.copyOf(declarations);
        }
    }

    /// One name of an ARG; `value` is its default, null where it has none.
    record Declaration(String name, @Nullable String value) {}

    record Env(SourceRange at, String text, List<Assignment> assignments) implements Instruction {
        public Env {
            assignments = List.copyOf(assignments);
        }
    }

    record Label(SourceRange at, String text, List<Assignment> assignments) implements Instruction {
        public Label {
            assignments = List.copyOf(assignments);
        }
    }

    /// `name=value` of ENV or LABEL.
    record Assignment(String name, String value) {}

    record Maintainer(SourceRange at, String text, String author) implements Instruction {}

    record User(SourceRange at, String text, String user) implements Instruction {}

    record Workdir(SourceRange at, String text, String path) implements Instruction {}

    /// Files of the context, a stage or an image.
    ///
    /// @param from stage, number of a stage, or image; null is the build context
    record Copy(
            SourceRange at,
            String text,
            Transfer transfer,
            @Nullable String from) implements Instruction {}

    record Add(SourceRange at, String text, Transfer transfer) implements Instruction {}

    /// What COPY and ADD have in common.
    ///
    /// @param sources at least one
    record Transfer(
            List<String> sources,
            String destination,
            @Nullable String chown,
            @Nullable String chmod) {
        private static final Pattern REMOTE =
                Pattern.compile("(?:https?|git|ssh)://.*|[a-zA-Z0-9-]+@[a-zA-Z0-9.-]+:.*");

        public Transfer {
            sources = List.copyOf(sources);
        }

        /// Whether a source is a URL or a git repository (`user@host:path` too), no path.
        public static boolean isRemote(String source) {
            return REMOTE.matcher(source).matches();
        }
    }

    record Expose(SourceRange at, String text, List<String> ports) implements Instruction {
        public Expose {
            ports = List.copyOf(ports);
        }
    }

    record Volume(SourceRange at, String text, List<String> paths) implements Instruction {
        public Volume {
            paths = List.copyOf(paths);
        }
    }

    record StopSignal(SourceRange at, String text, String signal) implements Instruction {}

    record Shell(SourceRange at, String text, List<String> shell) implements Instruction {
        public Shell {
            shell = List.copyOf(shell);
        }
    }

    record Run(SourceRange at, String text, Command command) implements Instruction {}

    record Cmd(SourceRange at, String text, Command command) implements Instruction {}

    record Entrypoint(SourceRange at, String text, Command command) implements Instruction {}
}
