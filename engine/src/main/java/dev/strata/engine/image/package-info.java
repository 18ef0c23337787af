/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// OCI documents: manifests, indexes and configs as records, with their JSON kept in [OciJson].
///
/// A parsed document never stands for its bytes: whoever needs a digest hashes the bytes that were read or written.
/// Knows nothing of files or networks. Read [ImageConfig] first.
@NullMarked
package dev.strata.engine.image;

import org.jspecify.annotations.NullMarked;
