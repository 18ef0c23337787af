/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The kind ImageBuild. Read [ImageBuildSpec] first.
@NullMarked
package dev.strata.crds.imagebuild;

import org.jspecify.annotations.NullMarked;
