/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// What went wrong, told to a person and to the operator: a stable code, what, where, why and what to try.
///
/// Owns [Problem], its codes and the excerpt of a source file. Knows nothing of images, files or networks; every other
/// room throws its failures as a [StrataException] that carries one. Read [Problem] first.
@NullMarked
package dev.strata.engine.problem;

import org.jspecify.annotations.NullMarked;
