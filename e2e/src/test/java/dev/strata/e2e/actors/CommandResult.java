/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.actors;

/// What a command printed and how it ended.
public record CommandResult(int exitCode, String output, String error) {
    /// The output, or a failure of the test that tells everything.
    public String orFail() {
        if (exitCode != 0) {
            throw new AssertionError("exit code " + exitCode + ": " + error + output);
        }
        return output;
    }
}
