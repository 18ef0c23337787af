/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The front door: build, tag, push, pull, save and load images on a local store; and the builder pod's
/// `main`.
///
/// On disk, below the store's root (format 1), besides what the rooms content, layer, snapshot and cache
/// keep there:
///
/// | path | is |
/// |---|---|
/// | `names/<registry>/<repository>/<:tag, @digest or both>` | the descriptor of the image that a name stands for, JSON
/// |
/// | `lock` | locked by every process that uses the store, shared; see [StoreLock] |
/// | `run/`, `tmp/` | what a process needs while it runs; emptied by whoever finds nobody else here |
/// | `origins/<hex>` | names of repositories that have a blob which was never fetched, one a line |
///
/// Read [ImageBuilder] first.
@NullMarked
package dev.strata.engine.build;

import org.jspecify.annotations.NullMarked;
