/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// File system calls on directory descriptors, one method each. `shown` is the path that errors name.
final class FileCalls {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_FDCWD = -100;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_SIZE = 256;
    // long syscall(SYS_openat2, int dirfd, const char *path, struct open_how *how, size_t size): openat2(2)
    private static final int OPENAT2 = 437;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int PATH_MAX = 4096;
    private static final int MAX_TRIES = 64;
    private static final int ENTRIES_BYTES = 1 << 15;

    /// Offsets in `struct linux_dirent64`: getdents(2).
    private static final long RECORD_LENGTH = 16;

    private static final long RECORD_NAME = 19;

    // int openat(int dirfd, const char *path, int flags, mode_t mode): open(2)
    private static final MemorySegment OPENAT = Libc.function("openat");
    // int close(int fd): close(2)
    private static final MemorySegment CLOSE = Libc.function("close");
    // ssize_t write(int fd, const void *buffer, size_t count): write(2)
    private static final MemorySegment WRITE = Libc.function("write");
    // int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buffer): statx(2)
    private static final MemorySegment STATX = Libc.function("statx");
    // ssize_t readlinkat(int dirfd, const char *path, char *buffer, size_t size): readlink(2)
    private static final MemorySegment READLINKAT = Libc.function("readlinkat");
    // ssize_t getdents64(int fd, void *entries, size_t size): getdents(2)
    private static final MemorySegment GETDENTS64 = Libc.function("getdents64");
    // int mkdirat(int dirfd, const char *path, mode_t mode): mkdir(2)
    private static final MemorySegment MKDIRAT = Libc.function("mkdirat");
    // int symlinkat(const char *target, int dirfd, const char *path): symlink(2)
    private static final MemorySegment SYMLINKAT = Libc.function("symlinkat");
    // int linkat(int olddirfd, const char *old, int newdirfd, const char *new, int flags): link(2)
    private static final MemorySegment LINKAT = Libc.function("linkat");
    // int mknodat(int dirfd, const char *path, mode_t mode, dev_t device): mknod(2)
    private static final MemorySegment MKNODAT = Libc.function("mknodat");
    // int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags): chown(2)
    private static final MemorySegment FCHOWNAT = Libc.function("fchownat");
    // int fchmodat(int dirfd, const char *path, mode_t mode, int flags): chmod(2)
    private static final MemorySegment FCHMODAT = Libc.function("fchmodat");
    // int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags): utimensat(2)
    private static final MemorySegment UTIMENSAT = Libc.function("utimensat");
    // int unlinkat(int dirfd, const char *path, int flags): unlink(2)
    private static final MemorySegment UNLINKAT = Libc.function("unlinkat");
    // int syncfs(int fd): sync(2)
    private static final MemorySegment SYNCFS = Libc.function("syncfs");

    private FileCalls() {}

    /// Opens `path` beneath `root`: links are followed, but `/` and `..` never leave it.
    static int openBeneath(int root, String path, int flags) throws ErrnoException {
        try (var call = new NativeCall()) {
            MemorySegment how = call.memory(24);
            how.set(LONG, 0, flags | OpenFlags.CLOEXEC);
            how.set(LONG, 16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
            long name = call.text(path.isEmpty() ? "." : path);
            // A rename during the walk gives EAGAIN: openat2(2), "ERRORS".
            for (int i = 0; i < MAX_TRIES; i++) {
                long fd = call.toLong(Libc.SYSCALL, OPENAT2, root, name, how.address(), how.byteSize());
                if (fd >= 0) {
                    return (int) fd;
                }
                if (call.errno() != Errno.EAGAIN) {
                    break;
                }
            }
            throw call.failure("open", path);
        }
    }

    static int openDirectory(String path) throws ErrnoException {
        return open(AT_FDCWD, path, OpenFlags.PATH | OpenFlags.DIRECTORY, 0, path);
    }

    /// Makes a new file for writing; it must not be there yet.
    static int create(int directory, String name, String shown) throws ErrnoException {
        return open(directory, name, OpenFlags.WRONLY | OpenFlags.CREAT | OpenFlags.EXCL, 0600, shown);
    }

    /// Opens a file for writing; makes it where it is missing.
    static int openOrCreate(String path) throws ErrnoException {
        return open(AT_FDCWD, path, OpenFlags.WRONLY | OpenFlags.CREAT, 0600, path);
    }

    private static int open(int directory, String name, int flags, int mode, String shown) throws ErrnoException {
        return open(directory, name.getBytes(StandardCharsets.UTF_8), flags, mode, shown);
    }

    private static int open(int directory, byte[] name, int flags, int mode, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            int fd = call.toInt(OPENAT, directory, call.text(name), flags | OpenFlags.CLOEXEC, mode);
            if (fd < 0) {
                throw call.failure("open", shown);
            }
            return fd;
        }
    }

    /// Never fails: what could be lost was checked by the call that wrote it.
    static void close(int fd) {
        try (var call = new NativeCall()) {
            int _ = call.toInt(CLOSE, fd);
        }
    }

    /// @param bytes native memory
    static void write(int fd, MemorySegment bytes, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            long done = 0;
            while (done < bytes.byteSize()) {
                long n = call.toLong(WRITE, fd, bytes.address() + done, bytes.byteSize() - done);
                if (n < 0) {
                    throw call.failure("write", shown);
                }
                done += n;
            }
        }
    }

    /// The status of the very file that `fd` (opened with O_PATH) stands for.
    static FileStatus status(int fd, String shown) throws IOException {
        try (var call = new NativeCall()) {
            MemorySegment buffer = call.memory(STATX_SIZE);
            if (call.toInt(STATX, fd, call.text(""), AT_EMPTY_PATH, STATX_BASIC_STATS, buffer.address()) < 0) {
                throw call.failure("stat", shown);
            }
            FileStatus.Kind kind = kind(buffer.get(ValueLayout.JAVA_SHORT, 28) & 0170000);
            return new FileStatus(
                    kind,
                    buffer.get(ValueLayout.JAVA_SHORT, 28) & 07777,
                    buffer.get(INT, 20),
                    buffer.get(INT, 24),
                    kind == FileStatus.Kind.FILE ? buffer.get(LONG, 40) : 0,
                    Instant.ofEpochSecond(buffer.get(LONG, 112), buffer.get(INT, 120)),
                    ((long) buffer.get(INT, 136) << 32) | buffer.get(INT, 140),
                    buffer.get(LONG, 32),
                    buffer.get(INT, 16),
                    buffer.get(INT, 128),
                    buffer.get(INT, 132),
                    kind == FileStatus.Kind.SYMLINK ? readLink(fd, shown) : null);
        }
    }

    private static FileStatus.Kind kind(int type) {
        return switch (type) {
            case 0100000 -> FileStatus.Kind.FILE;
            case 0040000 -> FileStatus.Kind.DIRECTORY;
            case 0120000 -> FileStatus.Kind.SYMLINK;
            case 0020000 -> FileStatus.Kind.CHARACTER_DEVICE;
            case 0060000 -> FileStatus.Kind.BLOCK_DEVICE;
            case 0010000 -> FileStatus.Kind.FIFO;
            default -> FileStatus.Kind.SOCKET;
        };
    }

    private static String readLink(int fd, String shown) throws IOException {
        try (var call = new NativeCall()) {
            MemorySegment buffer = call.memory(PATH_MAX);
            long n = call.toLong(READLINKAT, fd, call.text(""), buffer.address(), PATH_MAX);
            if (n < 0) {
                throw call.failure("readlink", shown);
            }
            return Libc.text(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), Path.of(shown));
        }
    }

    /// The names in the directory that `fd` is open on for reading, as bytes, in no order; `.` and `..` too.
    static List<byte[]> list(int fd, String shown) throws ErrnoException {
        var names = new ArrayList<byte[]>();
        try (var call = new NativeCall()) {
            MemorySegment buffer = call.memory(ENTRIES_BYTES);
            long n;
            while ((n = call.toLong(GETDENTS64, fd, buffer.address(), ENTRIES_BYTES)) > 0) {
                for (long at = 0; at < n; at += buffer.get(ValueLayout.JAVA_SHORT, at + RECORD_LENGTH)) {
                    long end = at + RECORD_NAME;
                    while (buffer.get(ValueLayout.JAVA_BYTE, end) != 0) {
                        end++;
                    }
                    long start = at + RECORD_NAME;
                    names.add(buffer.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE));
                }
            }
            if (n < 0) {
                throw call.failure("list", shown);
            }
            return names;
        }
    }

    static void mkdir(int directory, String name, int mode, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            check(call.toInt(MKDIRAT, directory, call.text(name), mode), call, "mkdir", shown);
        }
    }

    static void symlink(String target, int directory, String name, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            check(call.toInt(SYMLINKAT, call.text(target), directory, call.text(name)), call, "symlink", shown);
        }
    }

    static void link(int oldDirectory, String old, int directory, String name, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            int result = call.toInt(LINKAT, oldDirectory, call.text(old), directory, call.text(name), 0);
            check(result, call, "link", shown);
        }
    }

    /// @param type type bits and permission bits, as mknod(2)
    static void mknod(int directory, String name, int type, int major, int minor, String shown) throws ErrnoException {
        // gnu_dev_makedev(3)
        long device = (minor & 0xffL) | ((major & 0xfffL) << 8) | ((minor & ~0xffL) << 12) | ((major & ~0xfffL) << 32);
        try (var call = new NativeCall()) {
            check(call.toInt(MKNODAT, directory, call.text(name), type, device), call, "mknod", shown);
        }
    }

    static void chown(int directory, String name, int uid, int gid, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            int result = call.toInt(FCHOWNAT, directory, call.text(name), uid, gid, AT_SYMLINK_NOFOLLOW);
            check(result, call, "chown", shown);
        }
    }

    /// Follows a symlink, which has no mode of its own: never call it for one.
    static void chmod(int directory, String name, int mode, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            check(call.toInt(FCHMODAT, directory, call.text(name), mode, 0), call, "chmod", shown);
        }
    }

    static void utime(int directory, String name, Instant time, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            MemorySegment times = call.memory(32);
            for (long at : new long[] {0, 16}) {
                times.set(LONG, at, time.getEpochSecond());
                times.set(LONG, at + 8, time.getNano());
            }
            int result = call.toInt(UTIMENSAT, directory, call.text(name), times.address(), AT_SYMLINK_NOFOLLOW);
            check(result, call, "utimensat", shown);
        }
    }

    static void unlink(int directory, String name, boolean isDirectory, String shown) throws ErrnoException {
        unlink(directory, name.getBytes(StandardCharsets.UTF_8), isDirectory, shown);
    }

    /// Opens the directory `name`, not a link to one, for reading; the name is bytes, as the kernel's.
    static int openDirectory(int directory, byte[] name, String shown) throws ErrnoException {
        return open(directory, name, OpenFlags.RDONLY | OpenFlags.DIRECTORY | OpenFlags.NOFOLLOW, 0, shown);
    }

    static void unlink(int directory, byte[] name, boolean isDirectory, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            int result = call.toInt(UNLINKAT, directory, call.text(name), isDirectory ? AT_REMOVEDIR : 0);
            check(result, call, "unlink", shown);
        }
    }

    /// Writes to disk what the file system of `fd` (not opened with O_PATH) still holds in memory.
    static void sync(int fd, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            check(call.toInt(SYNCFS, fd), call, "syncfs", shown);
        }
    }

    private static void check(int result, NativeCall call, String operation, String shown) throws ErrnoException {
        if (result < 0) {
            throw call.failure(operation, shown);
        }
    }
}
