/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// System calls by foreign functions, and nothing else: files beneath a root, extended attributes, mounts.
///
/// The only room that touches foreign memory. Every failure is an [ErrnoException] that names the
/// operation and the path. Linux only, x86-64 and arm64. Read [RootDirectory] first.
@NullMarked
package dev.strata.engine.linux;

import org.jspecify.annotations.NullMarked;
