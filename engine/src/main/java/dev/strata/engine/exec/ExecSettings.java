/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import java.nio.file.Path;

/// The programs behind an [Executor].
///
/// @param crun the OCI runtime; a bare name is looked up on the PATH
/// @param launcher `strata-launcher`, which ends a RUN together with the engine
public record ExecSettings(Path crun, Path launcher) {}
