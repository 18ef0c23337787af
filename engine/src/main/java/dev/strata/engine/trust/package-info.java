/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Which certificates a TLS connection believes.
///
/// Knows no registry and no git server. Read [Trust] first.
@NullMarked
package dev.strata.engine.trust;

import org.jspecify.annotations.NullMarked;
