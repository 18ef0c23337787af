/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Splits a process's output into lines, of which none is longer than 64 KiB: a longer one is cut into
/// several.
final class OutputLines {
    private static final int MAX_LINE = 64 << 10;

    private OutputLines() {}

    static void read(InputStream stream, Consumer<String> lines) throws IOException {
        var in = new BufferedInputStream(stream);
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b != '\n') {
                line.write(b);
            }
            if (b == '\n' || line.size() >= MAX_LINE) {
                lines.accept(text(line));
                line.reset();
            }
        }
        if (line.size() > 0) {
            lines.accept(text(line));
        }
    }

    private static String text(ByteArrayOutputStream line) {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
