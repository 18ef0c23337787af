/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.SourceRange;

/// One instruction's text with continuations joined.
record LogicalLine(String text, SourceRange at) {}
