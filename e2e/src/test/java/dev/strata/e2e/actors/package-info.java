/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Who acts in the tests. Read [ClusterUser] first.
@NullMarked
package dev.strata.e2e.actors;

import org.jspecify.annotations.NullMarked;
