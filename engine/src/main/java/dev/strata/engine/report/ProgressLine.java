/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One line of plain progress. A RUN's output is prefixed line by line, so it cannot forge one of
/// the others.
///
/// ```
/// #3 [build 2/5] RUN make
/// #3 0.123 cc -o app app.c
/// #3 DONE 1.2s
/// #4 CACHED
/// #5 ERROR process "/bin/sh -c false" ended with exit code 1
/// ```
public sealed interface ProgressLine {
    /// Number of the vertex that the line is about, from 1.
    int vertex();

    /// A step begins.
    ///
    /// @param stage its stage as the Dockerfile names it, or `stage-0`
    /// @param step its number within the stage, from 1
    /// @param total steps of the stage
    record Started(int vertex, String stage, int step, int total, String instruction) implements ProgressLine {}

    /// A step's result was found in the cache.
    record Cached(int vertex) implements ProgressLine {}

    /// A step is done.
    record Done(int vertex, double seconds) implements ProgressLine {}

    /// A step failed.
    record Failed(int vertex, String message) implements ProgressLine {}

    /// A RUN wrote a line.
    ///
    /// @param seconds since the step began
    /// @param text the line, control characters escaped
    record Output(int vertex, double seconds, String text) implements ProgressLine {}

    /// Reads a line; null when it is none of these.
    static @Nullable ProgressLine parse(String line) {
        return ProgressLines.parse(line);
    }

    /// The line without a line break; `parse` reads it back.
    default String render() {
        return switch (this) {
            case Started s ->
                "#" + s.vertex() + " [" + s.stage() + " " + s.step() + "/" + s.total() + "] " + s.instruction();
            case Cached c -> "#" + c.vertex() + " CACHED";
            case Done d -> "#" + d.vertex() + " DONE " + ProgressLines.seconds(d.seconds(), 1) + "s";
            case Failed f -> "#" + f.vertex() + " ERROR " + f.message();
            case Output o -> "#" + o.vertex() + " " + ProgressLines.seconds(o.seconds(), 3) + " " + o.text();
        };
    }

    /// The grammar of the lines.
    final class ProgressLines {
        private static final Pattern LINE = Pattern.compile("#([0-9]{1,6}) (?:"
                + "\\[(?<stage>\\S{1,128}) (?<step>[0-9]{1,6})/(?<total>[0-9]{1,6})] (?<instruction>.*)"
                + "|(?<cached>CACHED)"
                + "|DONE (?<done>[0-9]{1,9}\\.[0-9]{1,3})s"
                + "|ERROR (?<error>.*)"
                + "|(?<at>[0-9]{1,9}\\.[0-9]{3}) (?<text>.*))");

        private ProgressLines() {}

        private static @Nullable ProgressLine parse(String line) {
            Matcher m = LINE.matcher(line);
            if (!m.matches()) {
                return null;
            }
            int vertex = Integer.parseInt(m.group(1));
            if (m.group("cached") != null) {
                return new Cached(vertex);
            }
            if (m.group("stage") != null) {
                return new Started(
                        vertex,
                        m.group("stage"),
                        Integer.parseInt(m.group("step")),
                        Integer.parseInt(m.group("total")),
                        m.group("instruction"));
            }
            if (m.group("done") != null) {
                return new Done(vertex, Double.parseDouble(m.group("done")));
            }
            return m.group("error") != null
                    ? new Failed(vertex, m.group("error"))
                    : new Output(vertex, Double.parseDouble(m.group("at")), m.group("text"));
        }

        private static String seconds(double seconds, int digits) {
            return String.format(Locale.ROOT, "%." + digits + "f", seconds);
        }
    }
}
