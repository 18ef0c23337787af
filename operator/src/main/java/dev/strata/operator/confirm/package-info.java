/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Whether a registry has an image. Asks for one manifest by digest and reads no answer.
///
/// Its input is hostile: the registry's address comes from a manifest. Read [RegistryHead] first.
@NullMarked
package dev.strata.operator.confirm;

import org.jspecify.annotations.NullMarked;
