/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Conditions of a resource and the one way to write its status.
///
/// Owns how a new set of conditions takes over the times of the old one, and that a status is written only when it
/// differs. Knows no kind of resource. Read [Conditions] first.
@NullMarked
package dev.strata.operator.condition;

import org.jspecify.annotations.NullMarked;
