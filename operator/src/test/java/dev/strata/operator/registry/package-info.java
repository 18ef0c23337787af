/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
@NullMarked
package dev.strata.operator.registry;

import org.jspecify.annotations.NullMarked;
