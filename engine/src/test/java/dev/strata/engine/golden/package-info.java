/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Tests that are folders: one case each, no code.
@NullMarked
package dev.strata.engine.golden;

import org.jspecify.annotations.NullMarked;
