/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import java.util.List;
import java.util.stream.Collectors;

/// Values as Go's `fmt` prints them, which BuildKit's history is made of.
final class GoText {
    private GoText() {}

    /// `%v` of a list: `[a b]`.
    static String plain(List<String> words) {
        return "[" + String.join(" ", words) + "]";
    }

    /// `%q` of a list: `["a" "b"]`.
    static String quoted(List<String> words) {
        return words.stream().map(GoText::quoted).collect(Collectors.joining(" ", "[", "]"));
    }

    private static String quoted(String word) {
        var text = new StringBuilder("\"");
        word.codePoints().forEach(c -> text.append(escaped(c)));
        return text.append('"').toString();
    }

    private static String escaped(int c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case 0x07 -> "\\a";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case 0x0b -> "\\v";
            default -> printable(c) ? Character.toString(c) : numbered(c);
        };
    }

    private static String numbered(int c) {
        if (c < ' ' || c == 0x7f) {
            return String.format("\\x%02x", c);
        }
        return String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    }

    /// Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and no blank but the ASCII one.
    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
