/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.problem;

import java.util.List;

/// A text that problems point into, usually a Dockerfile: its name as the user wrote it, and its lines.
public record SourceFile(String name, List<String> lines) {
    public SourceFile {
        lines = List.copyOf(lines);
    }

    /// Splits `text` at line ends (`\n` or `\r\n`).
    public static SourceFile of(String name, String text) {
        return new SourceFile(name, text.lines().toList());
    }

    /// The lines `first` to `last`, both 1-based and inclusive.
    public SourceRange range(int first, int last) {
        return new SourceRange(this, first, last);
    }
}
