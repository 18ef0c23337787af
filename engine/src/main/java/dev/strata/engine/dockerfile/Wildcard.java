/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// A pattern that is matched in time proportional to its length times the text's: every state at once,
/// never back. A regular expression of a stranger could take for ever. Texts are code points.
final class Wildcard {
    static final IntPredicate ANY = c -> true;
    static final IntPredicate NOT_SLASH = c -> c != '/';

    sealed interface Part {}

    /// One character.
    record One(IntPredicate characters) implements Part {}

    /// Any number of characters.
    record Many(IntPredicate characters) implements Part {}

    /// The next `parts` may be left out. Not for patterns that are reversed.
    record Maybe(int parts) implements Part {}

    private final List<Part> parts;

    Wildcard(List<Part> given) {
        var kept = new ArrayList<Part>();
        for (Part part : given) {
            boolean again = part instanceof Many many
                    && !kept.isEmpty()
                    && kept.getLast() instanceof Many before
                    && before.characters().equals(many.characters());
            if (!again) {
                kept.add(part);
            }
        }
        parts = List.copyOf(kept);
    }

    Wildcard reversed() {
        return new Wildcard(parts.reversed());
    }

    boolean matches(String text) {
        int[] characters = text.codePoints().toArray();
        return end(characters, 0, true) == characters.length;
    }

    /// Where the shortest or longest match that begins at `from` ends; -1 for none.
    int end(int[] text, int from, boolean longest) {
        boolean[] states = new boolean[parts.size() + 1];
        boolean alive = enter(states, 0);
        int found = -1;
        for (int at = from; alive; at++) {
            if (states[parts.size()]) {
                found = at;
                if (!longest) {
                    return found;
                }
            }
            if (at == text.length) {
                break;
            }
            boolean[] next = new boolean[states.length];
            alive = step(states, text[at], next);
            states = next;
        }
        return found;
    }

    /// For each place in `text` whether a match begins there.
    boolean[] starts(int[] text) {
        Wildcard backwards = reversed();
        boolean[] starts = new boolean[text.length + 1];
        boolean[] states = new boolean[parts.size() + 1];
        for (int at = text.length; at >= 0; at--) {
            backwards.enter(states, 0);
            starts[at] = states[parts.size()];
            if (at > 0) {
                boolean[] next = new boolean[states.length];
                backwards.step(states, text[at - 1], next);
                states = next;
            }
        }
        return starts;
    }

    private boolean step(boolean[] states, int character, boolean[] next) {
        boolean alive = false;
        for (int i = 0; i < parts.size(); i++) {
            if (states[i]) {
                alive |= switch (parts.get(i)) {
                    case One(var characters) -> characters.test(character) && enter(next, i + 1);
                    case Many(var characters) -> characters.test(character) && enter(next, i);
                    case Maybe(var _) -> false;
                };
            }
        }
        return alive;
    }

    /// Enters a state and those that need no character more.
    private boolean enter(boolean[] states, int first) {
        for (int state = first; !states[state]; state++) {
            states[state] = true;
            if (state == parts.size() || parts.get(state) instanceof One) {
                break;
            }
            if (parts.get(state) instanceof Maybe(int skipped)) {
                enter(states, state + 1 + skipped);
            }
        }
        return true;
    }
}
