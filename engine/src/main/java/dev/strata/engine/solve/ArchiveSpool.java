/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.layer.Archives;
import dev.strata.engine.layer.ContentSource;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.ImagePaths;
import dev.strata.engine.layer.PathWalk;
import dev.strata.engine.layer.SizeBudget;
import dev.strata.engine.layer.TarReader;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The contents of archives that an ADD unpacks, kept in one file on disk until the layer is written:
/// a layer is in path order, an archive in any. Not thread-safe.
final class ArchiveSpool implements AutoCloseable {
    private final SourceTree below;
    private final SizeBudget budget;
    private final Path file;
    private final OutputStream out;
    private long size;

    /// @param below the image that archives are unpacked onto
    ArchiveSpool(Path temporary, SourceTree below) throws IOException {
        this(temporary, below, SizeBudget.of("what this ADD unpacks"));
    }

    /// @param budget what all archives together may take
    ArchiveSpool(Path temporary, SourceTree below, SizeBudget budget) throws IOException {
        this.below = below;
        this.budget = budget;
        file = Files.createTempFile(temporary, "archive", "");
        out = Files.newOutputStream(file);
    }

    private record Member(Entry entry, long offset) {}

    /// An archive whose file contents are in the spool.
    final class Archive {
        private final List<Member> members;

        private Archive(List<Member> members) {
            this.members = members;
        }

        /// Puts every member below `destination`, as docker unpacks: a member replaces what is there
        /// unless both are directories.
        void unpack(ChangeSet changes, String destination, @Nullable Owner owner) throws IOException {
            out.flush();
            for (Member member : members) {
                place(changes, destination, member, owner);
            }
        }

        private void place(ChangeSet changes, String destination, Member member, @Nullable Owner owner)
                throws IOException {
            Entry from = member.entry;
            if (from.path().isEmpty()) {
                return;
            }
            String directory = within(changes, destination, ImagePaths.parent(from.path()));
            changes.makeDirectories(directory, (owner == null ? Owner.ROOT : owner).directory(from.mtime()));
            String path = ImagePaths.join(directory, ImagePaths.name(from.path()));
            if (from.kind() == Entry.Kind.HARDLINK) {
                String target = String.valueOf(from.link());
                String above = within(changes, destination, ImagePaths.parent(target));
                String existing = ImagePaths.join(above, ImagePaths.name(target));
                if (!path.equals(existing)) {
                    changes.copyUp(existing, owned(from, owner), below);
                }
                changes.link(path, existing);
                return;
            }
            Entry entry = owned(from, owner).withPath(path);
            changes.put(entry, from.kind() == Entry.Kind.FILE ? () -> slice(member.offset, from.size()) : null);
        }
    }

    private static Entry owned(Entry from, @Nullable Owner owner) {
        return owner == null ? from : from.withOwner(owner.uid(), owner.gid());
    }

    /// Where a directory of the archive is. Links, also those of the image, are followed as if `destination`
    /// were the root: docker unpacks in a chroot (moby/go-archive, chrootarchive).
    private static String within(ChangeSet changes, String destination, String directory) throws IOException {
        String path = "";
        for (String name : directory.split("/")) {
            String plain = ImagePaths.join(path, name);
            path = PathWalk.resolve(
                    plain,
                    at -> changes.find(ImagePaths.join(destination, at))
                            .filter(e -> e.kind() == Entry.Kind.SYMLINK)
                            .map(Entry::link));
            if (!path.equals(plain) && !changes.isDirectory(ImagePaths.join(destination, path))) {
                throw new StrataException(Problem.of(
                        ProblemCode.ArchiveInvalid,
                        "cannot unpack below the link /" + ImagePaths.join(destination, plain),
                        "it leads to no directory; links are followed as if /" + destination + " were the root",
                        "unpack into the directory that is meant"));
            }
        }
        return ImagePaths.join(destination, path);
    }

    /// Reads `content` if it is a tar archive, plain or compressed; empty when it is anything else.
    ///
    /// @param name what a problem with it names
    Optional<Archive> open(String name, ContentSource content) throws IOException {
        try {
            return open(content);
        } catch (StrataException e) {
            Problem problem = e.problem();
            if (problem.code() != ProblemCode.ArchiveInvalid) {
                throw e;
            }
            String what = "the archive " + name + " cannot be read";
            throw new StrataException(Problem.of(problem.code(), what, problem.why(), problem.tryThis()), e);
        }
    }

    private Optional<Archive> open(ContentSource content) throws IOException {
        try (InputStream in = content.open()) {
            Optional<TarReader> tar = Archives.open(in, budget);
            if (tar.isEmpty()) {
                return Optional.empty();
            }
            var members = new ArrayList<Member>();
            tar.get().forEach((entry, bytes) -> {
                members.add(new Member(entry, size));
                if (entry.kind() == Entry.Kind.FILE) {
                    size += bytes.transferTo(out);
                }
            });
            // What follows the archive belongs to the file whose digest is known.
            in.transferTo(OutputStream.nullOutputStream());
            return Optional.of(new Archive(members));
        }
    }

    private InputStream slice(long offset, long length) throws IOException {
        var random = new RandomAccessFile(file.toFile(), "r");
        random.seek(offset);
        return new Slice(random, length);
    }

    @Override
    public void close() throws IOException {
        out.close();
        Files.deleteIfExists(file);
    }

    /// A part of the spool, read through a file handle of its own.
    private static final class Slice extends InputStream {
        private final RandomAccessFile file;
        private long left;

        private Slice(RandomAccessFile file, long length) {
            this.file = file;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = file.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(0, n);
            return n;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
