/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// A wildcard for one name: `*` any text, `?` one character, `[a-z]` a class, `\` takes a meaning away.
/// Go, path/filepath.Match.
public final class GlobPattern {
    private final Pattern regex;

    private GlobPattern(Pattern regex) {
        this.regex = regex;
    }

    /// Whether a path has any of the characters that make it a pattern.
    public static boolean isPattern(String path) {
        return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '\\');
    }

    /// Parses one name of a path; `DockerfileSyntaxError` when a class is not closed.
    public static GlobPattern parse(String name) {
        try {
            return new GlobPattern(Pattern.compile(regex(name), Pattern.DOTALL));
        } catch (PatternSyntaxException e) {
            throw new StrataException(
                    Problem.of(
                            ProblemCode.DockerfileSyntaxError,
                            "not a pattern: " + name,
                            "a character class is damaged",
                            "close it with ], or put a backslash before ["),
                    e);
        }
    }

    public boolean matches(String name) {
        return regex.matcher(name).matches();
    }

    /// The pattern as a regular expression in which `*` and `?` stop at a slash.
    static String regex(String glob) {
        var regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            switch (c) {
                case '*' -> regex.append("[^/]*");
                case '?' -> regex.append("[^/]");
                case '[' -> {
                    regex.append('[');
                    if (i + 1 < glob.length() && (glob.charAt(i + 1) == '^' || glob.charAt(i + 1) == '!')) {
                        regex.append('^');
                        i++;
                    }
                    int end = glob.indexOf(']', i + 1);
                    if (end < 0) {
                        throw new PatternSyntaxException("unclosed class", glob, i);
                    }
                    regex.append(glob.substring(i + 1, end).replace("[", "\\[").replace("&&", "&\\&"))
                            .append(']');
                    i = end;
                }
                case '\\' -> {
                    if (i + 1 < glob.length()) {
                        regex.append(Pattern.quote(String.valueOf(glob.charAt(++i))));
                    }
                }
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }
}
