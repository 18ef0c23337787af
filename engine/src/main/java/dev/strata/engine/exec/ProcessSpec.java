/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import java.nio.file.Path;
import java.util.List;

/// A process to run.
///
/// @param env `NAME=value`
/// @param workingDir absolute, within `rootfs`
public record ProcessSpec(
        Path rootfs,
        List<String> argv,
        List<String> env,
        int uid,
        int gid,
        List<Integer> additionalGids,
        String workingDir) {
    public ProcessSpec {
        argv = List.copyOf(argv);
        env = List.copyOf(env);
        additionalGids = List.copyOf(additionalGids);
    }
}
