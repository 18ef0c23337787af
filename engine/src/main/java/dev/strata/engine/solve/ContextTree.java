/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.content.Digest;
import dev.strata.engine.dockerfile.Dockerignore;
import dev.strata.engine.layer.ContentSource;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.ImagePaths;
import dev.strata.engine.layer.PathWalk;
import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The build context: a directory less what its ignore file excludes. Owners are 0:0, as docker's. Every
/// path is opened beneath the directory, so no link in it leads out. Not thread-safe.
public final class ContextTree implements SourceTree, AutoCloseable {
    private final RootDirectory root;
    private final Dockerignore ignore;
    private final @Nullable Instant mtime;
    private final Map<String, Digest> digests = new HashMap<>();

    private ContextTree(RootDirectory root, Dockerignore ignore, @Nullable Instant mtime) {
        this.root = root;
        this.ignore = ignore;
        this.mtime = mtime;
    }

    /// Takes `root` over and closes it; `mtime` is the time that every file gets, null for each its own.
    public static ContextTree of(RootDirectory root, Dockerignore ignore, @Nullable Instant mtime) {
        return new ContextTree(root, ignore, mtime);
    }

    @Override
    public Optional<Entry> find(String path) throws IOException {
        Optional<Entry> entry = root.status(path).flatMap(status -> entry(path, status));
        if (entry.isEmpty() || path.isEmpty()) {
            return entry;
        }
        boolean directory = entry.get().kind() == Entry.Kind.DIRECTORY;
        if (!ignore.excludes(path)) {
            return entry;
        }
        return directory && !ignore.prunes(path) && !children(path).isEmpty() ? entry : Optional.empty();
    }

    private Optional<Entry> entry(String path, FileStatus status) {
        Instant time = mtime == null ? status.mtime() : mtime;
        return switch (status.kind()) {
            case DIRECTORY -> Optional.of(Entry.directory(path, status.mode(), 0, 0, time));
            case FILE -> Optional.of(Entry.file(path, status.mode(), 0, 0, status.size(), time));
            case SYMLINK -> Optional.of(Entry.symlink(path, String.valueOf(status.link()), 0, 0, time));
            case CHARACTER_DEVICE -> Optional.of(node(path, Entry.Kind.CHARACTER_DEVICE, status, time));
            case BLOCK_DEVICE -> Optional.of(node(path, Entry.Kind.BLOCK_DEVICE, status, time));
            case FIFO -> Optional.of(node(path, Entry.Kind.FIFO, status, time));
            // A layer cannot hold one; BuildKit leaves it out too.
            case SOCKET -> Optional.empty();
        };
    }

    private static Entry node(String path, Entry.Kind kind, FileStatus status, Instant time) {
        int major = status.deviceMajor();
        return new Entry(path, kind, status.mode(), 0, 0, 0, time, null, major, status.deviceMinor(), Map.of(), null);
    }

    @Override
    public String resolve(String path) throws IOException {
        return PathWalk.resolve(path, at -> root.status(at).map(FileStatus::link));
    }

    @Override
    public List<String> children(String path) throws IOException {
        var visible = new ArrayList<String>();
        for (String name : root.list(path)) {
            if (find(ImagePaths.join(path, name)).isPresent()) {
                visible.add(name);
            }
        }
        return visible;
    }

    @Override
    public ContentSource content(Entry file) {
        Digest known = digests.get(file.path());
        ContentSource content = () -> root.read(file.path());
        return known == null
                ? content
                : KnownContent.of(
                        content,
                        known,
                        () -> new StrataException(Problem.of(
                                ProblemCode.InstructionFailed,
                                "the file changed while it was read: " + file.path(),
                                "something writes to the build context during the build",
                                "build again when it has ended")));
    }

    @Override
    public Digest digest(Entry file) throws IOException {
        Digest known = digests.get(file.path());
        if (known != null) {
            return known;
        }
        MessageDigest sha256 = Digest.newMessageDigest();
        try (InputStream in = new DigestInputStream(root.read(file.path()), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        Digest digest = Digest.from(sha256);
        digests.put(file.path(), digest);
        return digest;
    }

    private record Inode(long device, long number) {}

    @Override
    public Object identity(Entry file) throws IOException {
        FileStatus status = root.status(file.path()).orElseThrow(() -> new IOException("vanished: " + file.path()));
        return new Inode(status.device(), status.inode());
    }

    @Override
    public boolean isLive() {
        return true;
    }

    @Override
    public String whereMissing(String path) {
        return ignore.ruleFor(path).map(rule -> rule + " excludes it").orElse("the build context has no such path");
    }

    @Override
    public void close() throws IOException {
        root.close();
    }
}
