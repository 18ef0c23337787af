/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import java.util.Set;

/// How a process ended.
///
/// @param exitCode the process's own, 128 plus the signal's number when a signal ended it
/// @param mountPoints paths that were made in the root file system only to mount on them
public record ExecResult(int exitCode, Set<String> mountPoints) {
    public ExecResult {
        mountPoints = Set.copyOf(mountPoints);
    }
}
