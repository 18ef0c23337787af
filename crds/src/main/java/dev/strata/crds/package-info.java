/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Types of the two kinds of group `strata.dev`, and nothing else.
///
/// The schemas of the CustomResourceDefinitions are made from these types by a test and checked in at
/// `crds/*.yaml`. A schema never admits what a record refuses: an object that cannot be read stops the operator.
@NullMarked
package dev.strata.crds;

import org.jspecify.annotations.NullMarked;
