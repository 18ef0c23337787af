/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.git;

/// A user and a password or token; never printed.
public record GitCredentials(String username, String password) {
    @Override
    public String toString() {
        return "<redacted>";
    }
}
