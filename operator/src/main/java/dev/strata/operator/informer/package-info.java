/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// What the operator keeps of the objects that it watches, so that nobody's objects fill its memory.
@NullMarked
package dev.strata.operator.informer;

import org.jspecify.annotations.NullMarked;
