/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Layers: change sets as tar streams, and the index of what is in them.
///
/// A layer is written once, in one pass ([LayerWriter]), and described by a [TreeIndex]; a stack of indexes is a
/// [Tree], which
/// answers what a path of the image is without unpacking anything. Unpacking is [LayerApplier]'s.
/// Whiteouts: OCI image-spec, layer.md#whiteouts. Knows nothing of Dockerfiles, mounts or registries. Read [Entry]
/// first.
///
/// On disk, below the store's root (format 1): `indexes/<hex of the blob's digest>` holds a [TreeIndex].
@NullMarked
package dev.strata.engine.layer;

import org.jspecify.annotations.NullMarked;
