/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.condition;

/// The status of a condition.
public enum Truth {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String word;

    Truth(String word) {
        this.word = word;
    }

    /// As Kubernetes spells it.
    public String word() {
        return word;
    }

    public static Truth of(boolean value) {
        return value ? TRUE : FALSE;
    }
}
