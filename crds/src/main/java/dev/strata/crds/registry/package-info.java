/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The kind Registry. Read [RegistrySpec] first.
@NullMarked
package dev.strata.crds.registry;

import org.jspecify.annotations.NullMarked;
