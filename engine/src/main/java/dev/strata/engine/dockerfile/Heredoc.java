/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import java.util.List;
import java.util.regex.Pattern;

/// Finds `<<NAME` among the words of an instruction. BuildKit, frontend/dockerfile/parser/parser.go.
final class Heredoc {
    private static final Pattern START = Pattern.compile("\\d*<<(-?[^<]+)?");

    private Heredoc() {}

    /// Whether a word of `text` begins a here-document. A quoted `<<` is text; `<<<` is a word of the shell;
    /// the name may stand apart, as in `<< EOF`.
    static boolean isIn(String text) {
        if (!text.contains("<<")) {
            return false;
        }
        List<String> words = Words.quoted(text, '\\');
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean named = !word.endsWith("<<")
                    || (i + 1 < words.size() && !words.get(i + 1).contains("<"));
            if (named && !word.endsWith("<<-") && START.matcher(word).matches()) {
                return true;
            }
        }
        return false;
    }
}
