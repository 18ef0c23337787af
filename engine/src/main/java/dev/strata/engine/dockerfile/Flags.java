/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `--name=value` words before an instruction's arguments, and the text that follows them. Quotes and
/// escapes of a flag are gone. BuildKit, frontend/dockerfile/parser/split_command.go.
record Flags(List<Flag> flags, String rest) {
    Flags {
        flags = List.copyOf(flags);
    }

    /// @param value null where the flag has no `=`
    record Flag(String name, @Nullable String value) {}

    /// Takes flags off the front of `text`; `--` alone ends them.
    static Flags of(String text, char escape) {
        var flags = new ArrayList<Flag>();
        String rest = text;
        while (rest.startsWith("--")) {
            var word = new StringBuilder();
            rest = rest.substring(word(rest, escape, word)).stripLeading();
            String flag = word.substring(2);
            if (flag.isEmpty()) {
                break;
            }
            int eq = flag.indexOf('=');
            flags.add(eq < 0 ? new Flag(flag, null) : new Flag(flag.substring(0, eq), flag.substring(eq + 1)));
        }
        return new Flags(flags, rest);
    }

    /// The value of a flag; null where it is missing or empty.
    @Nullable
    String value(String name) {
        for (Flag flag : flags) {
            if (flag.name().equals(name)
                    && flag.value() != null
                    && !flag.value().isEmpty()) {
                return flag.value();
            }
        }
        return null;
    }

    /// Reads the first word into `word`, and returns where it ends.
    private static int word(String text, char escape, StringBuilder word) {
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == escape) {
                if (i + 1 < text.length()) {
                    word.append(text.charAt(++i));
                }
            } else if (quote == 0 && Character.isWhitespace(c)) {
                return i;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else {
                word.append(c);
            }
        }
        return text.length();
    }
}
