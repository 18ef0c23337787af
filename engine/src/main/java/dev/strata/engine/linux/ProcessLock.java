/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// A lock by a file that ends with its process, however that ends. flock(2).
///
/// Not `java.nio`'s, which is fcntl(2)'s: a process loses that one when it closes any other descriptor of
/// the same file.
public final class ProcessLock implements AutoCloseable {
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    // int flock(int fd, int operation): flock(2)
    private static final MemorySegment FLOCK = Libc.function("flock");

    private final int fd;
    private final Path file;

    private ProcessLock(int fd, Path file) {
        this.fd = fd;
        this.file = file;
    }

    /// Opens the file (and makes it where it is missing); nothing is locked yet.
    public static ProcessLock open(Path file) throws IOException {
        return new ProcessLock(FileCalls.openOrCreate(file.toString()), file);
    }

    /// Locks out everybody else; false when somebody has it.
    public boolean tryExclusive() throws IOException {
        int errno = flock(LOCK_EX | LOCK_NB);
        if (errno != 0 && errno != Errno.EAGAIN) {
            throw new ErrnoException("lock", file.toString(), errno);
        }
        return errno == 0;
    }

    /// Shares the lock, also instead of having it alone; waits while somebody else has it alone.
    public void share() throws IOException {
        int errno = flock(LOCK_SH);
        while (errno == Errno.EINTR) {
            errno = flock(LOCK_SH);
        }
        if (errno != 0) {
            throw new ErrnoException("lock", file.toString(), errno);
        }
    }

    private int flock(int operation) {
        try (var call = new NativeCall()) {
            return call.toInt(FLOCK, fd, operation) == 0 ? 0 : call.errno();
        }
    }

    @Override
    public void close() {
        FileCalls.close(fd);
    }
}
