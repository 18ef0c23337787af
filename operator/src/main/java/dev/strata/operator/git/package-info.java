/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Which commit a branch or tag names. Asks a git server for its refs and nothing else.
///
/// Its input is hostile: the server's address comes from a manifest. Read [GitRemote] first.
@NullMarked
package dev.strata.operator.git;

import org.jspecify.annotations.NullMarked;
