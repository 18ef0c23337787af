/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import static dev.strata.engine.linux.Libc.INT;
import static dev.strata.engine.linux.Libc.LONG;
import static dev.strata.engine.linux.Libc.POINTER;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// File system calls on directory descriptors, one method each. `shown` is the path that errors name.
final class FileCalls {
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_FDCWD = -100;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_SIZE = 256;
    private static final int OPENAT2 = 437;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int PATH_MAX = 4096;
    private static final int MAX_TRIES = 64;
    private static final int ENTRIES_BYTES = 1 << 15;

    /// Offsets in `struct linux_dirent64`: getdents(2).
    private static final long RECORD_LENGTH = 16;

    private static final long RECORD_NAME = 19;

    // long syscall(SYS_openat2, int dirfd, const char *path, struct open_how *how, size_t size): openat2(2)
    private static final MethodHandle OPENAT2_CALL = Libc.syscall(INT, POINTER, POINTER, LONG);
    // int open(const char *path, int flags, mode_t mode): open(2)
    private static final MethodHandle OPENAT = Libc.function("openat", INT, INT, POINTER, INT, INT);
    // int close(int fd): close(2)
    private static final MethodHandle CLOSE = Libc.function("close", INT, INT);
    // ssize_t write(int fd, const void *buffer, size_t count): write(2)
    private static final MethodHandle WRITE = Libc.function("write", LONG, INT, POINTER, LONG);
    // int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *buffer): statx(2)
    private static final MethodHandle STATX = Libc.function("statx", INT, INT, POINTER, INT, INT, POINTER);
    // ssize_t readlinkat(int dirfd, const char *path, char *buffer, size_t size): readlink(2)
    private static final MethodHandle READLINKAT = Libc.function("readlinkat", LONG, INT, POINTER, POINTER, LONG);
    // ssize_t getdents64(int fd, void *entries, size_t size): getdents(2)
    private static final MethodHandle GETDENTS64 = Libc.function("getdents64", LONG, INT, POINTER, LONG);
    // int mkdirat(int dirfd, const char *path, mode_t mode): mkdir(2)
    private static final MethodHandle MKDIRAT = Libc.function("mkdirat", INT, INT, POINTER, INT);
    // int symlinkat(const char *target, int dirfd, const char *path): symlink(2)
    private static final MethodHandle SYMLINKAT = Libc.function("symlinkat", INT, POINTER, INT, POINTER);
    // int linkat(int olddirfd, const char *old, int newdirfd, const char *new, int flags): link(2)
    private static final MethodHandle LINKAT = Libc.function("linkat", INT, INT, POINTER, INT, POINTER, INT);
    // int mknodat(int dirfd, const char *path, mode_t mode, dev_t device): mknod(2)
    private static final MethodHandle MKNODAT = Libc.function("mknodat", INT, INT, POINTER, INT, LONG);
    // int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags): chown(2)
    private static final MethodHandle FCHOWNAT = Libc.function("fchownat", INT, INT, POINTER, INT, INT, INT);
    // int fchmodat(int dirfd, const char *path, mode_t mode, int flags): chmod(2)
    private static final MethodHandle FCHMODAT = Libc.function("fchmodat", INT, INT, POINTER, INT, INT);
    // int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags): utimensat(2)
    private static final MethodHandle UTIMENSAT = Libc.function("utimensat", INT, INT, POINTER, POINTER, INT);
    // int unlinkat(int dirfd, const char *path, int flags): unlink(2)
    private static final MethodHandle UNLINKAT = Libc.function("unlinkat", INT, INT, POINTER, INT);

    // int syncfs(int fd): sync(2)
    private static final MethodHandle SYNCFS = Libc.function("syncfs", INT, INT);

    private FileCalls() {}

    /// Opens `path` beneath `root`: links are followed, but `/` and `..` never leave it.
    static int openBeneath(int root, String path, int flags) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            MemorySegment how = arena.allocate(24, 8);
            how.set(LONG, 0, flags | OpenFlags.CLOEXEC);
            how.set(LONG, 16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
            MemorySegment name = arena.allocateFrom(path.isEmpty() ? "." : path);
            int errno = 0;
            // A rename during the walk gives EAGAIN: openat2(2), "ERRORS".
            for (int i = 0; i < MAX_TRIES; i++) {
                long fd = (long) OPENAT2_CALL.invokeExact(state, (long) OPENAT2, root, name, how, 24L);
                if (fd >= 0) {
                    return (int) fd;
                }
                errno = Libc.errno(state);
                if (errno != Errno.EAGAIN) {
                    break;
                }
            }
            throw new ErrnoException("open", path, errno);
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    static int openDirectory(String path) throws ErrnoException {
        return open(AT_FDCWD, path, OpenFlags.PATH | OpenFlags.DIRECTORY, 0, path);
    }

    /// Makes a new file for writing; it must not be there yet.
    static int create(int directory, String name, String shown) throws ErrnoException {
        return open(directory, name, OpenFlags.WRONLY | OpenFlags.CREAT | OpenFlags.EXCL, 0600, shown);
    }

    private static int open(int directory, String name, int flags, int mode, String shown) throws ErrnoException {
        return open(directory, name.getBytes(StandardCharsets.UTF_8), flags, mode, shown);
    }

    private static int open(int directory, byte[] name, int flags, int mode, String shown) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            int fd = (int) OPENAT.invokeExact(state, directory, text(arena, name), flags | OpenFlags.CLOEXEC, mode);
            if (fd < 0) {
                throw new ErrnoException("open", shown, Libc.errno(state));
            }
            return fd;
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// Never fails: what could be lost was checked by the call that wrote it.
    static void close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) CLOSE.invokeExact(Libc.state(arena), fd);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    static void write(int fd, MemorySegment bytes, String shown) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            long done = 0;
            while (done < bytes.byteSize()) {
                MemorySegment rest = bytes.asSlice(done);
                long n = (long) WRITE.invokeExact(state, fd, rest, rest.byteSize());
                if (n < 0) {
                    throw new ErrnoException("write", shown, Libc.errno(state));
                }
                done += n;
            }
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// The status of the very file that `fd` (opened with O_PATH) stands for.
    static FileStatus status(int fd, String shown) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            MemorySegment buffer = arena.allocate(STATX_SIZE, 8);
            int result = (int)
                    STATX.invokeExact(state, fd, arena.allocateFrom(""), AT_EMPTY_PATH, STATX_BASIC_STATS, buffer);
            if (result < 0) {
                throw new ErrnoException("stat", shown, Libc.errno(state));
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
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            MemorySegment buffer = arena.allocate(PATH_MAX);
            long n = (long) READLINKAT.invokeExact(state, fd, arena.allocateFrom(""), buffer, (long) PATH_MAX);
            if (n < 0) {
                throw new ErrnoException("readlink", shown, Libc.errno(state));
            }
            return Libc.text(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), Path.of(shown));
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// The names in the directory that `fd` is open on for reading, as bytes, in no order; `.` and `..` too.
    static List<byte[]> list(int fd, String shown) throws ErrnoException {
        var names = new ArrayList<byte[]>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            MemorySegment buffer = arena.allocate(ENTRIES_BYTES, 8);
            long n;
            while ((n = (long) GETDENTS64.invokeExact(state, fd, buffer, (long) ENTRIES_BYTES)) > 0) {
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
                throw new ErrnoException("list", shown, Libc.errno(state));
            }
            return names;
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    private interface Call {
        int on(Arena arena, MemorySegment state) throws Throwable;
    }

    private static void call(String operation, String shown, Call call) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            if (call.on(arena, state) < 0) {
                throw new ErrnoException(operation, shown, Libc.errno(state));
            }
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    static void mkdir(int directory, String name, int mode, String shown) throws ErrnoException {
        call("mkdir", shown, (arena, state) ->
                (int) MKDIRAT.invokeExact(state, directory, arena.allocateFrom(name), mode));
    }

    static void symlink(String target, int directory, String name, String shown) throws ErrnoException {
        call("symlink", shown, (arena, state) ->
                (int) SYMLINKAT.invokeExact(state, arena.allocateFrom(target), directory, arena.allocateFrom(name)));
    }

    static void link(int oldDirectory, String old, int directory, String name, String shown) throws ErrnoException {
        call("link", shown, (arena, state) -> (int) LINKAT.invokeExact(
                state, oldDirectory, arena.allocateFrom(old), directory, arena.allocateFrom(name), 0));
    }

    /// @param type type bits and permission bits, as mknod(2)
    static void mknod(int directory, String name, int type, int major, int minor, String shown) throws ErrnoException {
        // gnu_dev_makedev(3)
        long device = (minor & 0xffL) | ((major & 0xfffL) << 8) | ((minor & ~0xffL) << 12) | ((major & ~0xfffL) << 32);
        call("mknod", shown, (arena, state) ->
                (int) MKNODAT.invokeExact(state, directory, arena.allocateFrom(name), type, device));
    }

    static void chown(int directory, String name, int uid, int gid, String shown) throws ErrnoException {
        call("chown", shown, (arena, state) ->
                (int) FCHOWNAT.invokeExact(state, directory, arena.allocateFrom(name), uid, gid, AT_SYMLINK_NOFOLLOW));
    }

    /// Follows a symlink, which has no mode of its own: never call it for one.
    static void chmod(int directory, String name, int mode, String shown) throws ErrnoException {
        call("chmod", shown, (arena, state) ->
                (int) FCHMODAT.invokeExact(state, directory, arena.allocateFrom(name), mode, 0));
    }

    static void utime(int directory, String name, Instant time, String shown) throws ErrnoException {
        call("utimensat", shown, (arena, state) -> {
            MemorySegment times = arena.allocate(32, 8);
            for (long at : new long[] {0, 16}) {
                times.set(LONG, at, time.getEpochSecond());
                times.set(LONG, at + 8, time.getNano());
            }
            return (int) UTIMENSAT.invokeExact(state, directory, arena.allocateFrom(name), times, AT_SYMLINK_NOFOLLOW);
        });
    }

    static void unlink(int directory, String name, boolean isDirectory, String shown) throws ErrnoException {
        call("unlink", shown, (arena, state) ->
                (int) UNLINKAT.invokeExact(state, directory, arena.allocateFrom(name), isDirectory ? 0x200 : 0));
    }

    /// Opens the directory `name`, not a link to one, for reading; the name is bytes, as the kernel's.
    static int openDirectory(int directory, byte[] name, String shown) throws ErrnoException {
        return open(directory, name, OpenFlags.RDONLY | OpenFlags.DIRECTORY | OpenFlags.NOFOLLOW, 0, shown);
    }

    static void unlink(int directory, byte[] name, boolean isDirectory, String shown) throws ErrnoException {
        call("unlink", shown, (arena, state) ->
                (int) UNLINKAT.invokeExact(state, directory, text(arena, name), isDirectory ? 0x200 : 0));
    }

    /// Writes to disk what the file system of `fd` (not opened with O_PATH) still holds in memory.
    static void sync(int fd, String shown) throws ErrnoException {
        call("syncfs", shown, (_, state) -> (int) SYNCFS.invokeExact(state, fd));
    }

    private static MemorySegment text(Arena arena, byte[] name) {
        MemorySegment text = arena.allocate(name.length + 1L);
        MemorySegment.copy(name, 0, text, ValueLayout.JAVA_BYTE, 0, name.length);
        return text;
    }
}
