/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.plan.Vertex;
import dev.strata.engine.report.ProgressLine;
import dev.strata.engine.solve.BuildEvent;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Consumer;

/// Progress for logs: one [ProgressLine] for each thing that happens.
///
/// A RUN's output is prefixed and its control characters are escaped, so that it cannot forge a line.
public final class PlainProgress implements Consumer<BuildEvent> {
    private final PrintStream out;

    public PlainProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void accept(BuildEvent event) {
        switch (event) {
            case BuildEvent.Started(var vertex) ->
                line(new ProgressLine.Started(
                        number(vertex), vertex.stage(), vertex.step(), vertex.steps(), escape(vertex.instruction())));
            case BuildEvent.Cached(var vertex) -> line(new ProgressLine.Cached(number(vertex)));
            case BuildEvent.Done(var vertex, var took) -> line(new ProgressLine.Done(number(vertex), seconds(took)));
            case BuildEvent.Failed(var vertex, var problem) ->
                line(new ProgressLine.Failed(number(vertex), escape(problem.headline())));
            case BuildEvent.Output(var vertex, var at, var text) ->
                line(new ProgressLine.Output(number(vertex), seconds(at), escape(text)));
            case BuildEvent.Note(var text) -> out.println(escape(text));
        }
    }

    private void line(ProgressLine line) {
        out.println(line.render());
    }

    private static int number(Vertex vertex) {
        return vertex.id().number() + 1;
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    /// Control characters other than the tab as `\xNN`, Unicode's line separators too.
    static String escape(String text) {
        var escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean separator = c == '\u2028' || c == '\u2029';
            if (separator || (c != '\t' && Character.isISOControl(c))) {
                escaped.append(String.format("\\x%02x", (int) c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
