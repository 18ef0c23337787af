/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

/// A wildcard for one name: `*` any text, `?` one character, `[a-z]` or `[^a-z]` a class, `\` takes a
/// meaning away. Go, path/filepath.Match.
public final class GlobPattern {
    private final Wildcard wildcard;

    private GlobPattern(Wildcard wildcard) {
        this.wildcard = wildcard;
    }

    /// Whether a path has any of the characters that make it a pattern.
    public static boolean isPattern(String path) {
        return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '\\');
    }

    /// Parses one name of a path; `DockerfileSyntaxError` for a damaged class or a backslash at the end.
    public static GlobPattern parse(String name) {
        return new GlobPattern(new GlobTranslation(name, false).wildcard());
    }

    public boolean matches(String name) {
        return wildcard.matches(name);
    }
}
