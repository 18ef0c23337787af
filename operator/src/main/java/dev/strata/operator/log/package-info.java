/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Logs as one JSON object a line, set up without any file.
@NullMarked
package dev.strata.operator.log;

import org.jspecify.annotations.NullMarked;
