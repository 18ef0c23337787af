/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

/// How a build ended.
sealed interface Outcome {
    /// The builder made an image.
    record Built(BuiltImage image) implements Outcome {}

    /// The builder said no.
    ///
    /// @param line number of the Dockerfile's line that the message names first; `none` without one
    record Refused(String line, String message) implements Outcome {}
}
