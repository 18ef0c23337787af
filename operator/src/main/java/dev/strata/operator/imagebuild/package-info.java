/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The kind ImageBuild: a Job for each build, and a status.
///
/// Observes, decides, applies, writes the status. Never builds. Read [ImageBuildReconciler] first; the pod that a build
/// runs in is in [ImageBuildDesired].
@NullMarked
package dev.strata.operator.imagebuild;

import org.jspecify.annotations.NullMarked;
