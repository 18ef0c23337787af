/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The `strata` command: local builds and the local store. Read [Strata] first.
@NullMarked
package dev.strata.cli;

import org.jspecify.annotations.NullMarked;
