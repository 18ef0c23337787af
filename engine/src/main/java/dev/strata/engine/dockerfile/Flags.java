/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import java.util.LinkedHashMap;
import java.util.Map;

/// The `--name=value` words before an instruction's arguments, and the text that follows them.
record Flags(Map<String, String> values, String rest) {

    /// Takes flags off the front of `text`. A flag without `=` has the value "".
    static Flags of(String text, char escape) {
        var values = new LinkedHashMap<String, String>();
        String rest = text;
        while (rest.startsWith("--")) {
            int end = wordEnd(rest, escape);
            String word = rest.substring(2, end);
            rest = rest.substring(end).stripLeading();
            if (word.isEmpty()) {
                break;
            }
            int eq = word.indexOf('=');
            String name = eq < 0 ? word : word.substring(0, eq);
            values.put(name, eq < 0 ? "" : word.substring(eq + 1));
        }
        return new Flags(values, rest);
    }

    private static int wordEnd(String text, char escape) {
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == escape) {
                i++;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                return i;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            }
        }
        return text.length();
    }
}
