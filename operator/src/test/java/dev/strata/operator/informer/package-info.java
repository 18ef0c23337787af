/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
@NullMarked
package dev.strata.operator.informer;

import org.jspecify.annotations.NullMarked;
