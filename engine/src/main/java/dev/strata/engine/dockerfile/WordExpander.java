/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Removes quotes and escapes from a word, and puts values in the place of variables.
///
/// | form | is |
/// |---|---|
/// | `$v` `${v}` | the value, nothing where unset |
/// | `${v:-w}` `${v-w}` | `w` where unset (with the colon: or empty) |
/// | `${v:+w}` `${v+w}` | `w` where set |
/// | `${v:?m}` `${v?m}` | an error with the text `m` where unset |
/// | `${v#p}` `${v##p}` `${v%p}` `${v%%p}` | without the shortest or longest prefix or suffix `p` |
/// | `${v/p/r}` `${v//p/r}` | first or every `p` replaced |
///
/// BuildKit, frontend/dockerfile/shell/lex.go. Not thread-safe; one for each word.
public final class WordExpander {
    /// Longest result, in characters: `ENV a=$a$a` in forty lines must not fill the memory.
    private static final int MAX_LENGTH = 1 << 20;

    /// Longest pattern, in characters: matching takes stack in proportion to it.
    private static final int MAX_PATTERN = 1024;

    /// What becomes of escapes: gone in a text; kept for a pattern as a backslash, whatever the escape
    /// character is; kept as written in a replacement.
    private enum Mode {
        TEXT,
        PATTERN,
        REPLACEMENT
    }

    private final String word;
    private final char escape;
    private final Map<String, String> variables;
    private int at;

    private WordExpander(String word, char escape, Map<String, String> variables) {
        this.word = word;
        this.escape = escape;
        this.variables = variables;
    }

    /// Expands `word`.
    ///
    /// Throws a `StrataException` with `DockerfileSyntaxError` for an unclosed quote or brace, an unknown
    /// modifier, and a `?` whose variable is unset; `SizeLimitExceeded` for more than a million characters.
    public static String expand(String word, char escape, Map<String, String> variables) {
        var expander = new WordExpander(word, escape, variables);
        return expander.until('\0', Mode.TEXT);
    }

    /// Reads up to `stop` (consumed) or the end.
    private String until(char stop, Mode mode) {
        var text = new StringBuilder();
        while (at < word.length()) {
            char c = word.charAt(at);
            if (stop != '\0' && c == stop) {
                at++;
                return capped(text);
            }
            if (c == '\'') {
                text.append(singleQuoted(mode));
            } else if (c == '"') {
                text.append(doubleQuoted(mode));
            } else if (c == '$') {
                capped(text.append(dollar()));
            } else if (c == escape) {
                at++;
                if (at < word.length()) {
                    text.append(kept(mode)).append(word.charAt(at++));
                } else if (stop == '\0') {
                    break;
                }
            } else {
                text.append(c);
                at++;
            }
        }
        if (stop != '\0') {
            throw wrong("it ends where " + stop + " was expected");
        }
        return capped(text);
    }

    private static String capped(StringBuilder text) {
        if (text.length() > MAX_LENGTH) {
            throw new StrataException(Problem.of(
                    ProblemCode.SizeLimitExceeded,
                    "a word is longer than " + MAX_LENGTH + " characters",
                    "its variables hold too much text",
                    "keep long texts in files"));
        }
        return text.toString();
    }

    private String kept(Mode mode) {
        return switch (mode) {
            case TEXT -> "";
            case PATTERN -> "\\";
            case REPLACEMENT -> String.valueOf(escape);
        };
    }

    private String singleQuoted(Mode mode) {
        int end = word.indexOf('\'', at + 1);
        if (end < 0) {
            throw wrong("a single quote is not closed");
        }
        String text = word.substring(at + 1, end);
        at = end + 1;
        return mode == Mode.PATTERN ? literal(text) : text;
    }

    /// Quoted text in a pattern means itself.
    private static String literal(String text) {
        return text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?");
    }

    private String doubleQuoted(Mode mode) {
        var text = new StringBuilder();
        at++;
        while (at < word.length()) {
            char c = word.charAt(at);
            if (c == '"') {
                at++;
                return mode == Mode.PATTERN ? literal(text.toString()) : text.toString();
            }
            if (c == '$') {
                capped(text.append(dollar()));
            } else if (c == escape && at + 1 < word.length()) {
                char next = word.charAt(at + 1);
                // Within double quotes only these lose their escape; sh(1), "Double Quotes".
                if (mode == Mode.REPLACEMENT || (next != '"' && next != '$' && next != escape)) {
                    text.append(c);
                }
                text.append(next);
                at += 2;
            } else {
                text.append(c);
                at++;
            }
        }
        throw wrong("a double quote is not closed");
    }

    private String dollar() {
        at++;
        if (at < word.length() && word.charAt(at) == '{') {
            at++;
            return braced();
        }
        String name = name();
        return name.isEmpty() ? "$" : value(name, "");
    }

    private String name() {
        int start = at;
        if (at < word.length() && "@*#?-$!".indexOf(word.charAt(at)) >= 0) {
            at++;
            return word.substring(start, at);
        }
        boolean digits = at < word.length() && Character.isDigit(word.charAt(at));
        while (at < word.length() && (digits ? Character.isDigit(word.charAt(at)) : isNamePart(word.charAt(at)))) {
            at++;
        }
        return word.substring(start, at);
    }

    private static boolean isNamePart(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    private String braced() {
        String name = name();
        if (name.isEmpty()) {
            throw wrong("a name is missing after ${");
        }
        char modifier = next();
        boolean orEmpty = modifier == ':';
        if (orEmpty) {
            modifier = next();
        }
        @Nullable String value = variables.get(name);
        boolean set = value != null && !(orEmpty && value.isEmpty());
        String present = value == null ? "" : value;
        return switch (modifier) {
            case '}' -> {
                if (orEmpty) {
                    throw wrong("a modifier is missing after ${" + name + ":");
                }
                yield present;
            }
            case '-' -> {
                String other = until('}', Mode.TEXT);
                yield set ? present : other;
            }
            case '+' -> {
                String other = until('}', Mode.TEXT);
                yield set ? other : "";
            }
            case '?' -> {
                String message = until('}', Mode.TEXT);
                if (!set) {
                    String unset = value == null ? "it is not set" : "it is empty";
                    throw wrong(name + ": " + (message.isEmpty() ? unset : message));
                }
                yield present;
            }
            default -> {
                if (orEmpty) {
                    throw wrong("unsupported modifier :" + modifier);
                }
                yield changed(present, modifier);
            }
        };
    }

    private String changed(String value, char modifier) {
        boolean twice = at < word.length() && word.charAt(at) == modifier;
        if ("#%/".indexOf(modifier) < 0) {
            throw wrong("unsupported modifier " + modifier);
        }
        if (twice) {
            at++;
        }
        if (modifier == '/') {
            Pattern pattern = regex(until('/', Mode.PATTERN));
            String replacement = Matcher.quoteReplacement(until('}', Mode.REPLACEMENT));
            Matcher matcher = pattern.matcher(value);
            return twice ? matcher.replaceAll(replacement) : matcher.replaceFirst(replacement);
        }
        Pattern pattern = regex(until('}', Mode.PATTERN));
        return modifier == '#' ? withoutPrefix(value, pattern, twice) : withoutSuffix(value, pattern, twice);
    }

    private static String withoutPrefix(String value, Pattern pattern, boolean longest) {
        for (int i = 0; i <= value.length(); i++) {
            int length = longest ? value.length() - i : i;
            if (pattern.matcher(value.substring(0, length)).matches()) {
                return value.substring(length);
            }
        }
        return value;
    }

    private static String withoutSuffix(String value, Pattern pattern, boolean longest) {
        for (int i = 0; i <= value.length(); i++) {
            int from = longest ? i : value.length() - i;
            if (pattern.matcher(value.substring(from)).matches()) {
                return value.substring(0, from);
            }
        }
        return value;
    }

    /// `*` is any text, `?` any character; a backslash takes the meaning away, and stands before nothing else.
    private Pattern regex(String pattern) {
        if (pattern.length() > MAX_PATTERN) {
            throw wrong("a pattern is longer than " + MAX_PATTERN + " characters");
        }
        var regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '\\' -> {
                    i++;
                    if (i == pattern.length() || "*?\\}/".indexOf(pattern.charAt(i)) < 0) {
                        throw wrong("a pattern can escape * ? \\ } and / only: " + pattern);
                    }
                    regex.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
                }
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    private char next() {
        if (at >= word.length()) {
            throw wrong("a brace is not closed");
        }
        return word.charAt(at++);
    }

    private String value(String name, String otherwise) {
        return variables.getOrDefault(name, otherwise);
    }

    private StrataException wrong(String why) {
        return new StrataException(Problem.of(
                ProblemCode.DockerfileSyntaxError,
                "cannot expand " + word,
                why,
                "quote a $ that is meant literally with " + escape));
    }
}
