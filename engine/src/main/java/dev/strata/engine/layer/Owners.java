/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.linux.IdMap;
import java.io.IOException;

/// Owners of unpacked files: those that the user namespace does not have are told by [#STAND_IN] on disk
/// and by the index otherwise.
///
/// The kernel's overflow id (65534) is not it: that is also what images call `nobody`. No file of a snapshot
/// shows as the overflow id without being nobody's, because the kernel makes none for an id that the
/// namespace does not have: open(2) fails with EOVERFLOW, chown(2) with EINVAL.
final class Owners {
    /// An id that neither distributions nor people give to anything.
    static final int STAND_IN = 64_991;

    private final IdMap users;
    private final IdMap groups;

    Owners(IdMap users, IdMap groups) {
        this.users = users;
        this.groups = groups;
    }

    static Owners ofProcess() throws IOException {
        return new Owners(IdMap.users(), IdMap.groups());
    }

    /// Who owns a file on disk whose owner in the image is `uid`. Never root: a setuid program must not
    /// become root's.
    int userOnDisk(int uid) {
        return users.has(uid) ? uid : STAND_IN;
    }

    int groupOnDisk(int gid) {
        return groups.has(gid) ? gid : STAND_IN;
    }

    /// Tells the owners of what a RUN left over `parent`.
    StandIns over(Tree parent) {
        return new StandIns(parent, users, groups);
    }
}
