/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What a token permits: `repository:team/app:pull,push`, several separated by spaces, in a fixed
/// order so that equal scopes are equal text. Grammar: distribution, "Token Scope Documentation".
record Scope(String text) {
    static final Scope NONE = new Scope("");

    static Scope pull(String repository) {
        return new Scope("repository:" + repository + ":pull");
    }

    static Scope push(String repository) {
        return new Scope("repository:" + repository + ":pull,push");
    }

    static Scope parse(String text) {
        return of(List.of(text));
    }

    Scope and(Scope other) {
        return of(List.of(text, other.text));
    }

    private static Scope of(List<String> texts) {
        SortedMap<String, SortedSet<String>> actions = new TreeMap<>();
        for (String part : String.join(" ", texts).split(" +", -1)) {
            int colon = part.lastIndexOf(':');
            if (colon > 0) {
                actions.computeIfAbsent(part.substring(0, colon), _ -> new TreeSet<>())
                        .addAll(List.of(part.substring(colon + 1).split(",", -1)));
            }
        }
        return new Scope(actions.entrySet().stream()
                .map(e -> e.getKey() + ":" + String.join(",", e.getValue()))
                .collect(Collectors.joining(" ")));
    }
}
