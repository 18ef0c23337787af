/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What statx(2) tells of a path, and the target of a symlink.
///
/// @param mode permission bits, 0 to 07777
/// @param device number of the file system, `inode` within it: equal for hard links
/// @param links number of hard links
/// @param deviceMajor major number of a device node, else 0
/// @param link target of a symlink; null for everything else
public record FileStatus(
        Kind kind,
        int mode,
        int uid,
        int gid,
        long size,
        Instant mtime,
        long device,
        long inode,
        long links,
        int deviceMajor,
        int deviceMinor,
        @Nullable String link) {

    /// The type bits of a mode; inode(7).
    public enum Kind {
        FILE,
        DIRECTORY,
        SYMLINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        FIFO,
        SOCKET
    }
}
