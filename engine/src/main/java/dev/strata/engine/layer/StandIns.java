/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.IdMap;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tells whose the files are that a RUN left with the owner [Owners#STAND_IN]. What the parent's files say of
/// that is gathered once, when it is first asked for. Not thread-safe.
final class StandIns {
    private final Ids users;
    private final Ids groups;

    StandIns(Tree parent, IdMap users, IdMap groups) {
        this.users = new Ids(parent, users, Entry::uid);
        this.groups = new Ids(parent, groups, Entry::gid);
    }

    /// Who owns `path`, which a RUN left so.
    int user(String path, FileStatus now) {
        return users.owner(path, now.uid(), now);
    }

    int group(String path, FileStatus now) {
        return groups.owner(path, now.gid(), now);
    }

    /// What a move keeps of a file or symlink beside its owner.
    private record Look(
            Entry.Kind kind,
            long size,
            Instant mtime,
            @Nullable String link) {
        static Optional<Look> of(Entry entry) {
            return switch (entry.kind()) {
                case FILE, SYMLINK ->
                    Optional.of(new Look(entry.kind(), entry.size(), seconds(entry.mtime()), entry.link()));
                case DIRECTORY, HARDLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> Optional.empty();
            };
        }

        static Optional<Look> of(FileStatus status) {
            return switch (status.kind()) {
                case FILE -> Optional.of(new Look(Entry.Kind.FILE, status.size(), seconds(status.mtime()), null));
                case SYMLINK -> Optional.of(new Look(Entry.Kind.SYMLINK, 0, seconds(status.mtime()), status.link()));
                case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> Optional.empty();
            };
        }

        private static Instant seconds(Instant time) {
            return time.truncatedTo(ChronoUnit.SECONDS);
        }
    }

    /// The users, or the groups.
    private static final class Ids {
        private final Tree parent;
        private final IdMap map;
        private final ToIntFunction<Entry> id;
        private @Nullable Map<Integer, Set<Look>> known;

        private Ids(Tree parent, IdMap map, ToIntFunction<Entry> id) {
            this.parent = parent;
            this.map = map;
            this.id = id;
        }

        /// A file that was changed keeps the owner that it had. One that was moved or copied comes from the only
        /// owner that the stand-in can stand for; where there are several, nobody can tell.
        private int owner(String path, int seen, FileStatus now) {
            if (seen != Owners.STAND_IN) {
                return seen;
            }
            Set<Integer> possible = known().keySet();
            if (possible.size() <= 1) {
                return possible.isEmpty() ? seen : possible.iterator().next();
            }
            Optional<Entry> before = parent.find(path).map(Located::entry);
            if (before.isEmpty() || !shows(id.applyAsInt(before.get())) || wasMovedOver(before.get(), now)) {
                throw ambiguous(path, possible);
            }
            return id.applyAsInt(before.get());
        }

        /// Whether an owner in the image shows as the stand-in on disk.
        private boolean shows(int owner) {
            return owner == Owners.STAND_IN || !map.has(owner);
        }

        /// Whether a file has the size and time of another owner's file, and not those that were at its path.
        private boolean wasMovedOver(Entry before, FileStatus now) {
            Optional<Look> look = Look.of(now);
            if (look.isEmpty() || look.equals(Look.of(before))) {
                return false;
            }
            int owner = id.applyAsInt(before);
            return known().entrySet().stream()
                    .anyMatch(
                            other -> other.getKey() != owner && other.getValue().contains(look.get()));
        }

        /// The owners that show as the stand-in, and how their files look.
        private Map<Integer, Set<Look>> known() {
            Map<Integer, Set<Look>> looks = known;
            if (looks == null) {
                looks = new HashMap<>();
                for (Entry entry : (Iterable<Entry>) parent.entries()::iterator) {
                    int owner = id.applyAsInt(entry);
                    if (shows(owner)) {
                        Look.of(entry).ifPresent(looks.computeIfAbsent(owner, _ -> new HashSet<>())::add);
                    }
                }
                known = looks;
            }
            return looks;
        }

        private StrataException ambiguous(String path, Set<Integer> possible) {
            String all = possible.stream()
                    .map(Integer::toUnsignedLong)
                    .sorted()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "));
            return new StrataException(Problem.of(
                    ProblemCode.InstructionFailed,
                    "the owner of /" + path + " cannot be kept",
                    "the command moved or copied a file whose owner is one of " + all + "; the user namespace of this"
                            + " build has the ids " + map + ", in which they all look the same",
                    "chown it in the same RUN to an id that there is, or move it with COPY --from"));
        }
    }
}
