/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// Removes a tree whatever its names and however deep it is: names stay bytes, one descriptor is open at a
/// time, and the way back up is checked against the way down, so that a move meanwhile leads nowhere else.
final class TreeRemoval {
    private static final byte[] UP = {'.', '.'};

    private final String shown;
    private final Deque<Level> above = new ArrayDeque<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Level(long device, long inode, byte[] child, Iterator<byte[]> rest) {}

    private TreeRemoval(String shown) {
        this.shown = shown;
    }

    /// Removes what is in the directory `name` of `parent`, and it itself.
    ///
    /// @throws IOException when something is mounted in it
    static void remove(int parent, String name, String shown) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        new TreeRemoval(shown).empty(FileCalls.openDirectory(parent, bytes, shown));
        FileCalls.unlink(parent, bytes, true, shown);
    }

    /// Takes over `fd`.
    private void empty(int top) throws IOException {
        int fd = top;
        try {
            FileStatus status = FileCalls.status(fd, shown);
            long device = status.device();
            long inode = status.inode();
            Iterator<byte[]> names = names(fd);
            while (true) {
                byte[] directory = removeFiles(fd, names);
                if (directory != null) {
                    above.push(new Level(device, inode, directory, names));
                    fd = moved(fd, directory);
                    FileStatus below = FileCalls.status(fd, shown);
                    if (below.device() != device) {
                        throw new IOException("something is mounted in " + shown);
                    }
                    inode = below.inode();
                    names = names(fd);
                } else if (above.isEmpty()) {
                    return;
                } else {
                    Level up = above.pop();
                    fd = moved(fd, UP);
                    FileStatus back = FileCalls.status(fd, shown);
                    if (back.device() != up.device() || back.inode() != up.inode()) {
                        throw new IOException("it was moved while it was removed: " + shown);
                    }
                    FileCalls.unlink(fd, up.child(), true, shown);
                    inode = up.inode();
                    names = up.rest();
                }
            }
        } finally {
            FileCalls.close(fd);
        }
    }

    /// Opens `name` in `fd`, which is closed when that works.
    private int moved(int fd, byte[] name) throws ErrnoException {
        int next = FileCalls.openDirectory(fd, name, shown);
        FileCalls.close(fd);
        return next;
    }

    private Iterator<byte[]> names(int fd) throws ErrnoException {
        return FileCalls.list(fd, shown).iterator();
    }

    /// Unlinks up to the first directory, which it returns; null at the end.
    private byte @Nullable [] removeFiles(int fd, Iterator<byte[]> names) throws ErrnoException {
        while (names.hasNext()) {
            byte[] name = names.next();
            if (Arrays.equals(name, UP) || (name.length == 1 && name[0] == '.')) {
                continue;
            }
            try {
                FileCalls.unlink(fd, name, false, shown);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EISDIR) {
                    throw e;
                }
                return name;
            }
        }
        return null;
    }
}
