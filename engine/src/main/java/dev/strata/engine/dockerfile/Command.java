/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import java.util.List;

/// What RUN, CMD and ENTRYPOINT start.
public sealed interface Command {
    /// `RUN make`: a text for the stage's SHELL.
    record Shell(String text) implements Command {}

    /// `RUN ["make"]`: a program with its arguments, which no shell sees.
    record Exec(List<String> argv) implements Command {
        public Exec {
            argv = List.copyOf(argv);
        }
    }
}
