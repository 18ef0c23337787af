/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.problem;

/// Lines of a [SourceFile], 1-based and inclusive at both ends.
public record SourceRange(SourceFile file, int firstLine, int lastLine) {
    private static final int CONTEXT_LINES = 1;

    /// Longest part of a source line that an excerpt shows, in characters: a hostile file must not flood a status.
    private static final int MAX_LINE = 200;

    public SourceRange {
        if (firstLine < 1 || lastLine < firstLine) {
            throw new IllegalArgumentException("lines " + firstLine + " to " + lastLine);
        }
    }

    /// `Dockerfile:7`.
    @Override
    public String toString() {
        return file.name() + ":" + firstLine;
    }

    /// The lines with one line of context on either side, those of the range marked with `>>>`.
    ///
    /// ```
    ///     6 | WORKDIR /app
    /// >>> 7 | COPY target/app.jar app.jar
    ///     8 | CMD ["java"]
    /// ```
    public String excerpt() {
        var text = new StringBuilder();
        int from = Math.max(1, firstLine - CONTEXT_LINES);
        int to = Math.min(file.lines().size(), lastLine + CONTEXT_LINES);
        int width = String.valueOf(to).length();
        for (int line = from; line <= to; line++) {
            boolean marked = line >= firstLine && line <= lastLine;
            text.append(marked ? ">>> " : "    ")
                    .append(String.format("%" + width + "d", line))
                    .append(" | ")
                    .append(printable(file.lines().get(line - 1)))
                    .append('\n');
        }
        return text.toString();
    }

    private static String printable(String line) {
        String cut = line.length() > MAX_LINE ? line.substring(0, MAX_LINE) + "..." : line;
        return cut.replace('\t', ' ').replaceAll("\\p{Cntrl}", "?");
    }
}
