/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// File-system states: layers unpacked into directories, and overlay mounts of them.
///
/// On disk, below the store's root (format 1):
///
/// | path | is |
/// |---|---|
/// | `layers/<hex of the diffID>/` | an unpacked layer as an overlay's lower directory; appears whole by rename |
/// | `layers/<hex of the diffIDs from the base on>/` | the same of a layer that [Unpacker#dependsOnBelow] |
/// | `active/<random>/` | a RUN's `upper`, `work` and `root` (the mount point) |
/// | `active/<random>.lock` | locked by the process that works in it; unlocked means left behind |
///
/// Knows how to mount, and nothing of what runs in it or what a layer's blob looks like. Read
/// [Snapshotter] first.
@NullMarked
package dev.strata.engine.snapshot;

import org.jspecify.annotations.NullMarked;
