/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// "Did we do this before?": keys of steps, and the records that they lead to.
///
/// A key is made of everything that decides a step's layer, and of nothing else: the operation, the
/// *content* of its inputs (no mtime, no host path, no secret), and the diffIDs of its parent. A step
/// therefore hits also when an earlier step was run again and came to the same bytes.
///
/// On disk, below the store's root (format 1): `cache/<key>` holds one [CacheRecord] as JSON.
/// Knows nothing of registries or processes. Read [CacheKey] first.
@NullMarked
package dev.strata.engine.cache;

import org.jspecify.annotations.NullMarked;
