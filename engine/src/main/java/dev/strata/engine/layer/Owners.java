/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.linux.IdMap;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

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

    /// Who owns `path`, which a RUN left with the owner `seen`.
    int user(String path, int seen, Tree parent) {
        return owner(path, seen, users, parent, Entry::uid);
    }

    int group(String path, int seen, Tree parent) {
        return owner(path, seen, groups, parent, Entry::gid);
    }

    /// A file that was changed keeps the owner that it had. One that was moved or copied comes from the only
    /// owner that the stand-in can stand for; where there are several, nobody can tell.
    private static int owner(String path, int seen, IdMap ids, Tree parent, ToIntFunction<Entry> id) {
        if (seen != STAND_IN) {
            return seen;
        }
        Optional<Integer> before = parent.find(path).map(located -> id.applyAsInt(located.entry()));
        if (before.isPresent() && (before.get() == STAND_IN || !ids.has(before.get()))) {
            return before.get();
        }
        Set<Integer> possible =
                parent.owners(id).filter(known -> !ids.has(known)).collect(Collectors.toSet());
        return switch (possible.size()) {
            case 0 -> seen;
            case 1 -> possible.iterator().next();
            default -> throw ambiguous(path, possible, ids);
        };
    }

    private static StrataException ambiguous(String path, Set<Integer> possible, IdMap ids) {
        String all = possible.stream()
                .map(Integer::toUnsignedLong)
                .sorted()
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
        return new StrataException(Problem.of(
                ProblemCode.InstructionFailed,
                "the owner of /" + path + " cannot be kept",
                "the command moved or copied a file whose owner is one of " + all + "; the user namespace of this"
                        + " build has the ids " + ids + ", in which they all look the same",
                "chown it in the same RUN to an id that there is, or move it with COPY --from"));
    }
}
