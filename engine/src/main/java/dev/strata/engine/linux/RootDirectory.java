/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A directory tree that is only reached through its root: no link, absolute name or `..` in it leads
/// outside. Paths are relative, "" is the root. openat2(2), RESOLVE_IN_ROOT.
///
/// Writing makes new things only; nothing that is there is opened for writing. Not thread-safe.
public final class RootDirectory implements AutoCloseable {
    private final int root;
    private final Path shown;

    /// Descriptor of the directory that was written to last, kept because a layer's entries come in order.
    private int parent = -1;

    private String parentPath = "";

    private RootDirectory(int root, Path shown) {
        this.root = root;
        this.shown = shown;
    }

    public static RootDirectory open(Path directory) throws IOException {
        return new RootDirectory(FileCalls.openDirectory(directory.toString()), directory);
    }

    /// Opens a directory of `outer` as a root of its own; links on the way stay within `outer`.
    ///
    /// @throws ErrnoException with [Errno#ENOENT], [Errno#ENOTDIR] or [Errno#ELOOP] when it is no directory
    public static RootDirectory openBeneath(Path outer, String directory) throws IOException {
        int fd = FileCalls.openDirectory(outer.toString());
        try {
            int inner = FileCalls.openBeneath(fd, directory, OpenFlags.PATH | OpenFlags.DIRECTORY);
            return new RootDirectory(inner, Path.of(outer + "/" + directory));
        } finally {
            FileCalls.close(fd);
        }
    }

    /// What is at `path`; a symlink at its end is not followed. Empty when nothing is there.
    public Optional<FileStatus> status(String path) throws IOException {
        return status(path, OpenFlags.PATH | OpenFlags.NOFOLLOW);
    }

    private Optional<FileStatus> status(String path, int flags) throws IOException {
        int fd;
        try {
            fd = FileCalls.openBeneath(root, path, flags);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            return Optional.of(FileCalls.status(fd, path));
        } finally {
            FileCalls.close(fd);
        }
    }

    /// Whether `path`, links followed, is a regular file.
    public boolean isFile(String path) throws IOException {
        return status(path, OpenFlags.PATH)
                .filter(s -> s.kind() == FileStatus.Kind.FILE)
                .isPresent();
    }

    /// Whether `path`, links followed, is a directory.
    public boolean isDirectory(String path) throws IOException {
        return status(path, OpenFlags.PATH)
                .filter(s -> s.kind() == FileStatus.Kind.DIRECTORY)
                .isPresent();
    }

    /// The names in a directory, in byte order.
    ///
    /// @throws NotUtf8Exception when a name is not UTF-8, which layers cannot hold yet
    public List<String> list(String path) throws IOException {
        // Not by java.nio.file: that decodes names as the locale says, which in a container is often ASCII.
        int fd = FileCalls.openBeneath(root, path, OpenFlags.RDONLY | OpenFlags.DIRECTORY);
        try {
            List<byte[]> found = FileCalls.list(fd, path);
            found.sort(Arrays::compareUnsigned);
            var names = new ArrayList<String>();
            for (byte[] bytes : found) {
                String name = Libc.text(bytes, shown.resolve(path));
                if (!name.equals(".") && !name.equals("..")) {
                    names.add(name);
                }
            }
            return names;
        } finally {
            FileCalls.close(fd);
        }
    }

    /// Opens a file for reading, links followed.
    public InputStream read(String path) throws IOException {
        int fd = FileCalls.openBeneath(root, path, OpenFlags.PATH);
        try {
            if (FileCalls.status(fd, path).kind() != FileStatus.Kind.FILE) {
                throw new IOException("not a regular file: " + shown.resolve(path));
            }
            return new FileInputStream("/proc/self/fd/" + fd);
        } finally {
            FileCalls.close(fd);
        }
    }

    /// The extended attributes of `path` itself.
    public Map<String, byte[]> xattrs(String path) throws IOException {
        return Xattrs.read(place(path), path);
    }

    public void makeDirectory(String path, int mode) throws IOException {
        FileCalls.mkdir(parentOf(path), name(path), mode, path);
    }

    public void makeSymlink(String path, String target) throws IOException {
        FileCalls.symlink(target, parentOf(path), name(path), path);
    }

    /// Makes `path` another name of `existing`, a file of this tree.
    public void makeHardLink(String path, String existing) throws IOException {
        int slash = existing.lastIndexOf('/');
        int old = FileCalls.openBeneath(
                root, slash < 0 ? "" : existing.substring(0, slash), OpenFlags.PATH | OpenFlags.DIRECTORY);
        try {
            FileCalls.link(old, name(existing), parentOf(path), name(path), path);
        } finally {
            FileCalls.close(old);
        }
    }

    /// Makes a device node or a FIFO.
    ///
    /// @throws ErrnoException with [Errno#EPERM] for devices in a user namespace
    public void makeNode(String path, FileStatus.Kind kind, int major, int minor) throws IOException {
        int type = switch (kind) {
            case CHARACTER_DEVICE -> 0020000;
            case BLOCK_DEVICE -> 0060000;
            case FIFO -> 0010000;
            case FILE, DIRECTORY, SYMLINK, SOCKET -> throw new IllegalArgumentException("no node: " + kind);
        };
        FileCalls.mknod(parentOf(path), name(path), type | 0600, major, minor, path);
    }

    /// Makes a file; it must not be there yet.
    public FileWriter makeFile(String path) throws IOException {
        return new FileWriter(FileCalls.create(parentOf(path), name(path), path), path);
    }

    public void chown(String path, int uid, int gid) throws IOException {
        FileCalls.chown(parentOf(path), name(path), uid, gid, path);
    }

    /// Sets the permission bits of anything but a symlink.
    public void chmod(String path, int mode) throws IOException {
        FileCalls.chmod(parentOf(path), name(path), mode, path);
    }

    public void setTime(String path, Instant mtime) throws IOException {
        FileCalls.utime(parentOf(path), name(path), mtime, path);
    }

    public void setXattr(String path, String attribute, byte[] value) throws IOException {
        Xattrs.write(place(path), attribute, value, path);
    }

    /// Removes an attribute of `path` itself; it must be there.
    public void removeXattr(String path, String attribute) throws IOException {
        Xattrs.remove(place(path), attribute, path);
    }

    /// Removes a file, link or node, or an empty directory.
    public void remove(String path, FileStatus.Kind kind) throws IOException {
        FileCalls.unlink(parentOf(path), name(path), kind == FileStatus.Kind.DIRECTORY, path);
    }

    /// Removes `path` and everything below it, whatever the names in it and however deep it is; nothing there
    /// is no failure.
    ///
    /// @throws IOException when something is mounted below it
    public void removeTree(String path) throws IOException {
        Optional<FileStatus> there = status(path);
        if (there.isEmpty()) {
            return;
        }
        if (there.get().kind() == FileStatus.Kind.DIRECTORY) {
            TreeRemoval.remove(parentOf(path), name(path), shown.resolve(path).toString());
        } else {
            remove(path, there.get().kind());
        }
    }

    /// Writes to disk what this tree's file system still holds in memory. syncfs(2).
    public void sync() throws IOException {
        int fd = FileCalls.openBeneath(root, "", OpenFlags.RDONLY | OpenFlags.DIRECTORY);
        try {
            FileCalls.sync(fd, shown.toString());
        } finally {
            FileCalls.close(fd);
        }
    }

    /// A path that reaches `path` through its parent's descriptor, for calls that know no descriptors.
    private String place(String path) throws IOException {
        return "/proc/self/fd/" + parentOf(path) + "/" + name(path);
    }

    private static String name(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.isEmpty() ? "." : name;
    }

    private int parentOf(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        String directory = slash < 0 ? "" : path.substring(0, slash);
        if (parent < 0 || !parentPath.equals(directory)) {
            int next = FileCalls.openBeneath(root, directory, OpenFlags.PATH | OpenFlags.DIRECTORY);
            forgetParent();
            parent = next;
            parentPath = directory;
        }
        return parent;
    }

    private void forgetParent() {
        if (parent >= 0) {
            FileCalls.close(parent);
            parent = -1;
        }
    }

    @Override
    public void close() {
        forgetParent();
        FileCalls.close(root);
    }
}
