/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a build ended.
sealed interface Outcome {
    /// The builder made an image.
    record Built(BuiltImage image) implements Outcome {}

    /// The builder said no.
    ///
    /// @param message what it wrote to its standard error
    record Refused(String message) implements Outcome {
        /// Both name the place of a mistake in the same way: BuildKit before its excerpt, Strata in its first line.
        private static final Pattern LINE = Pattern.compile("(?m)^(?:ERROR )?Dockerfile:([0-9]+)");

        /// The first line of each problem that Strata tells. See docs/problems.md.
        private static final Pattern CODE = Pattern.compile("(?m)^ERROR .* \\[([A-Za-z]+)]$");

        /// The number of the Dockerfile's line that the message names first; `none` without one.
        String line() {
            Matcher line = LINE.matcher(message);
            return line.find() ? line.group(1) : "none";
        }

        /// The codes of Strata's problems, each once.
        List<String> codes() {
            return CODE.matcher(message)
                    .results()
                    .map(found -> found.group(1))
                    .distinct()
                    .toList();
        }
    }
}
