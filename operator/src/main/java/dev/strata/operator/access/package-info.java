/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Which namespaces a Registry is shared with. Pure.
@NullMarked
package dev.strata.operator.access;

import org.jspecify.annotations.NullMarked;
