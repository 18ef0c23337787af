/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// Reads a wildcard in which `*` and `?` stop at a slash.
final class GlobTranslation {
    private static final String SPECIAL = "*?[]\\";

    private final String glob;
    private final boolean directories;
    private final List<Wildcard.Part> parts = new ArrayList<>();
    private int at;

    /// @param directories whether `**` stands for any number of directories, as in an ignore file
    GlobTranslation(String glob, boolean directories) {
        this.glob = glob;
        this.directories = directories;
    }

    Wildcard wildcard() {
        while (at < glob.length()) {
            switch (glob.charAt(at)) {
                case '*' -> star();
                case '?' -> {
                    at++;
                    parts.add(new Wildcard.One(Wildcard.NOT_SLASH));
                }
                case '[' -> characterClass();
                default -> {
                    int c = character();
                    parts.add(new Wildcard.One(other -> other == c));
                }
            }
        }
        return new Wildcard(parts);
    }

    private void star() {
        boolean first = at == 0;
        if (!directories || !glob.startsWith("**", at)) {
            at++;
            parts.add(new Wildcard.Many(Wildcard.NOT_SLASH));
            return;
        }
        at += 2;
        boolean slash = at < glob.length() && glob.charAt(at) == '/';
        String rest = glob.substring(slash ? ++at : at);
        // Without a slash, "**name" is any path that ends with the name.
        boolean suffix = first && !slash && rest.chars().noneMatch(c -> SPECIAL.indexOf(c) >= 0);
        boolean tail = rest.isEmpty() || suffix;
        if (!tail) {
            parts.add(new Wildcard.Maybe(2));
        }
        parts.add(new Wildcard.Many(Wildcard.ANY));
        if (!tail) {
            parts.add(new Wildcard.One(c -> c == '/'));
        }
    }

    /// `[`, an optional `^`, then characters and ranges; a range that runs backwards holds nothing.
    private void characterClass() {
        at++;
        boolean negated = at < glob.length() && glob.charAt(at) == '^';
        if (negated) {
            at++;
        }
        IntPredicate members = c -> false;
        do {
            int low = member();
            int high = low;
            if (at < glob.length() && glob.charAt(at) == '-') {
                at++;
                high = member();
            }
            int last = high;
            members = members.or(c -> c >= low && c <= last);
        } while (at < glob.length() && glob.charAt(at) != ']');
        if (at == glob.length()) {
            throw damaged("a character class is not closed");
        }
        at++;
        parts.add(new Wildcard.One(negated ? members.negate() : members));
    }

    private int member() {
        if (at == glob.length() || glob.charAt(at) == '-' || glob.charAt(at) == ']') {
            throw damaged("a character class is damaged");
        }
        return character();
    }

    /// The next character, a backslash before it taken off.
    private int character() {
        if (glob.charAt(at) == '\\') {
            at++;
            if (at == glob.length()) {
                throw damaged("it ends with a backslash");
            }
        }
        int c = glob.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    private StrataException damaged(String why) {
        return new StrataException(Problem.of(
                ProblemCode.DockerfileSyntaxError,
                "not a pattern: " + glob,
                why,
                "close a class with ], or put a backslash before the character"));
    }
}
