/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
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

    /// Longest pattern, in characters: matching takes time in proportion to it.
    private static final int MAX_PATTERN = 1024;

    /// Deepest `${a:-${a:-...}}`: each level takes stack. BuildKit has no limit of its own.
    private static final int MAX_DEPTH = 100;

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
    private int depth;

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
            if (++depth > MAX_DEPTH) {
                throw wrong("braces are nested deeper than " + MAX_DEPTH);
            }
            String value = braced();
            depth--;
            return value;
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
            Wildcard pattern = wildcard(until('/', Mode.PATTERN));
            return replaced(value, pattern, until('}', Mode.REPLACEMENT), twice);
        }
        Wildcard pattern = wildcard(until('}', Mode.PATTERN));
        int[] text = value.codePoints().toArray();
        if (modifier == '#') {
            int end = pattern.end(text, 0, twice);
            return end < 0 ? value : new String(text, end, text.length - end);
        }
        int[] backwards = new int[text.length];
        Arrays.setAll(backwards, i -> text[text.length - 1 - i]);
        int length = pattern.reversed().end(backwards, 0, twice);
        return length < 0 ? value : new String(text, 0, text.length - length);
    }

    /// The leftmost match, the longest there; an empty one right after another is none. Go, regexp.
    private static String replaced(String value, Wildcard pattern, String replacement, boolean every) {
        int[] text = value.codePoints().toArray();
        boolean[] starts = pattern.starts(text);
        var result = new StringBuilder();
        boolean done = false;
        int lastEnd = -1;
        for (int at = 0; at <= text.length; ) {
            int end = starts[at] && !done ? pattern.end(text, at, true) : -1;
            if (end > at || (end == at && at != lastEnd)) {
                capped(result.append(replacement));
                done = !every;
                lastEnd = end;
            }
            if (end > at) {
                at = end;
            } else {
                if (at < text.length) {
                    result.appendCodePoint(text[at]);
                }
                at++;
            }
        }
        return result.toString();
    }

    /// `*` is any text, `?` any character; a backslash takes the meaning away, and stands before nothing else.
    private Wildcard wildcard(String pattern) {
        if (pattern.length() > MAX_PATTERN) {
            throw wrong("a pattern is longer than " + MAX_PATTERN + " characters");
        }
        var parts = new ArrayList<Wildcard.Part>();
        int[] characters = pattern.codePoints().toArray();
        for (int i = 0; i < characters.length; i++) {
            int c = characters[i];
            switch (c) {
                case '*' -> parts.add(new Wildcard.Many(Wildcard.ANY));
                case '?' -> parts.add(new Wildcard.One(Wildcard.ANY));
                case '\\' -> {
                    i++;
                    if (i == characters.length || "*?\\}/".indexOf(characters[i]) < 0) {
                        throw wrong("a pattern can escape * ? \\ } and / only: " + pattern);
                    }
                    int literal = characters[i];
                    parts.add(new Wildcard.One(other -> other == literal));
                }
                default -> parts.add(new Wildcard.One(other -> other == c));
            }
        }
        return new Wildcard(parts);
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
