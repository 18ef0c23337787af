/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The operator: turns ImageBuilds into builder Jobs and Registries into running registries.
///
/// Rooms: `config` (settings), `condition` (status), `git` (commits of branches), `imagebuild`, `registry`. Never runs
/// a build. `OperatorMain` puts everything together.
@NullMarked
package dev.strata.operator;

import org.jspecify.annotations.NullMarked;
