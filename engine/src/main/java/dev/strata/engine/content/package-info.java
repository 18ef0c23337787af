/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Bytes by digest: digests, descriptors and the blob store on disk.
///
/// On disk, below the store's root (format 1):
///
/// | path | is |
/// |---|---|
/// | `blobs/sha256/<hex>` | a blob, named by the digest of its bytes, never changed once it is there |
/// | `tmp/<random>` | a blob being written; renamed when its digest is known and its bytes are on disk |
///
/// Knows nothing of what the bytes mean. Read [BlobStore] first.
@NullMarked
package dev.strata.engine.content;

import org.jspecify.annotations.NullMarked;
