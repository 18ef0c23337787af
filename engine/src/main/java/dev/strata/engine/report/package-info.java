/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The one JSON document that a builder pod leaves behind and the operator reads. Read [BuildReport] first.
@NullMarked
package dev.strata.engine.report;

import org.jspecify.annotations.NullMarked;
