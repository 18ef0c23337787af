/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceFile;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a `.dockerignore` keeps out of the context. The last rule that matches a path, or a directory above
/// it, decides; `!` takes back. `**` is any number of directories. github.com/moby/patternmatcher.
public final class Dockerignore {
    private final SourceFile file;
    private final List<Rule> rules;
    private final boolean takesBack;

    private record Rule(int line, Wildcard wildcard, boolean excludes) {}

    private Dockerignore(SourceFile file, List<Rule> rules) {
        this.file = file;
        this.rules = List.copyOf(rules);
        this.takesBack = rules.stream().anyMatch(rule -> !rule.excludes);
    }

    /// Parses an ignore file; `DockerfileSyntaxError` with the line of a damaged pattern.
    public static Dockerignore parse(SourceFile file) {
        var rules = new ArrayList<Rule>();
        for (int i = 0; i < file.lines().size(); i++) {
            String text = file.lines().get(i);
            if (i == 0 && text.startsWith("\uFEFF")) {
                text = text.substring(1);
            }
            if (text.startsWith("#") || text.isBlank()) {
                continue;
            }
            text = text.strip();
            boolean takesBack = text.startsWith("!");
            String written = takesBack ? text.substring(1).strip() : text;
            if (written.isEmpty()) {
                throw nothing(file, i + 1);
            }
            String pattern = clean(written);
            if (pattern.isEmpty()) {
                continue;
            }
            try {
                rules.add(new Rule(i + 1, new GlobTranslation(pattern, true).wildcard(), !takesBack));
            } catch (StrataException e) {
                throw new StrataException(e.problem().at(file.range(i + 1, i + 1)), e);
            }
        }
        return new Dockerignore(file, rules);
    }

    /// Whether `path`, relative and cleaned, is kept out.
    public boolean excludes(String path) {
        Rule last = last(path);
        return last != null && last.excludes;
    }

    /// Whether nothing below the excluded directory `path` can be in the context.
    public boolean prunes(String path) {
        return excludes(path) && !takesBack;
    }

    /// The rule that keeps `path` out, as `.dockerignore line 3 ("target/")`.
    public Optional<String> ruleFor(String path) {
        Rule last = last(path);
        return last == null || !last.excludes
                ? Optional.empty()
                : Optional.of(file.name() + " line " + last.line + " (\""
                        + file.lines().get(last.line - 1).strip() + "\")");
    }

    private @Nullable Rule last(String path) {
        for (Rule rule : rules.reversed()) {
            for (String at = path; !at.isEmpty(); at = parent(at)) {
                if (rule.wildcard.matches(at)) {
                    return rule;
                }
            }
        }
        return null;
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /// As Go's filepath.Clean, without slashes at either end.
    private static String clean(String pattern) {
        var parts = new ArrayList<String>();
        for (String part : pattern.split("/")) {
            boolean up = part.equals("..");
            boolean aboveRoot = up && parts.isEmpty() && pattern.startsWith("/");
            if (up && !parts.isEmpty() && !parts.getLast().equals("..")) {
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".") && !aboveRoot) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private static StrataException nothing(SourceFile file, int line) {
        return new StrataException(Problem.of(
                        ProblemCode.DockerfileSyntaxError,
                        "nothing follows the exclamation mark",
                        "",
                        "write !pattern, or remove the line")
                .at(file.range(line, line)));
    }
}
