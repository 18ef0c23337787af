/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import java.util.ArrayDeque;
import java.util.Deque;

/// The last lines of a RUN, in bounded memory. Not thread-safe.
final class OutputTail {
    private static final int MAX_CHARACTERS = 2048;

    private final Deque<String> lines = new ArrayDeque<>();
    private int characters;

    void add(String line) {
        String kept = line.length() > MAX_CHARACTERS ? line.substring(line.length() - MAX_CHARACTERS) : line;
        lines.addLast(kept);
        characters += kept.length() + 1;
        while (characters > MAX_CHARACTERS && lines.size() > 1) {
            characters -= lines.removeFirst().length() + 1;
        }
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
