/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import static dev.strata.engine.linux.Libc.INT;
import static dev.strata.engine.linux.Libc.POINTER;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Overlay mounts by the mount API of Linux 5.2 and later: `mount(2)` has one page for all options, which
/// ends at about 45 layers; fsconfig(2) takes each lower directory alone, 500 of them.
public final class Mounts {
    private static final int FSOPEN = 430;
    private static final int FSCONFIG = 431;
    private static final int FSMOUNT = 432;
    private static final int MOVE_MOUNT = 429;
    private static final int CLOEXEC = 1;
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int CMD_CREATE = 6;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int AT_FDCWD = -100;
    private static final int MOUNT_ATTR_NODEV = 4;
    private static final int MNT_DETACH = 2;

    // long syscall(SYS_fsopen, const char *type, unsigned flags): fsopen(2)
    private static final MethodHandle FSOPEN_CALL = Libc.syscall(POINTER, INT);
    // long syscall(SYS_fsconfig, int fd, unsigned command, const char *key, const void *value, int aux): fsconfig(2)
    private static final MethodHandle FSCONFIG_CALL = Libc.syscall(INT, INT, POINTER, POINTER, INT);
    // long syscall(SYS_fsmount, int fd, unsigned flags, unsigned attributes): fsmount(2)
    private static final MethodHandle FSMOUNT_CALL = Libc.syscall(INT, INT, INT);
    // long syscall(SYS_move_mount, int from, const char *path, int to, const char *path, unsigned flags)
    private static final MethodHandle MOVE_MOUNT_CALL = Libc.syscall(INT, POINTER, INT, POINTER, INT);
    // int umount2(const char *target, int flags): umount(2)
    private static final MethodHandle UMOUNT2 = Libc.function("umount2", INT, POINTER, INT);

    private Mounts() {}

    /// Mounts an overlay at `target`. `userxattr` is set always: without it, removing a lower directory
    /// fails with EIO inside a user namespace. Device nodes of an image are there and cannot be opened: one
    /// may name the machine's disk.
    ///
    /// @param lowers at least one directory, the topmost first
    public static void overlay(List<Path> lowers, Path upper, Path work, Path target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            int fs = check(
                    (long) FSOPEN_CALL.invokeExact(state, (long) FSOPEN, arena.allocateFrom("overlay"), CLOEXEC),
                    state,
                    "fsopen",
                    target);
            try {
                option(arena, state, fs, SET_FLAG, "userxattr", null);
                for (Path lower : lowers) {
                    option(arena, state, fs, SET_STRING, "lowerdir+", lower);
                }
                option(arena, state, fs, SET_STRING, "upperdir", upper);
                option(arena, state, fs, SET_STRING, "workdir", work);
                option(arena, state, fs, CMD_CREATE, null, null);
                int mount = check(
                        (long) FSMOUNT_CALL.invokeExact(state, (long) FSMOUNT, fs, CLOEXEC, MOUNT_ATTR_NODEV),
                        state,
                        "fsmount",
                        target);
                try {
                    check(
                            (long) MOVE_MOUNT_CALL.invokeExact(
                                    state,
                                    (long) MOVE_MOUNT,
                                    mount,
                                    arena.allocateFrom(""),
                                    AT_FDCWD,
                                    arena.allocateFrom(target.toString()),
                                    MOVE_MOUNT_F_EMPTY_PATH),
                            state,
                            "move_mount",
                            target);
                } finally {
                    FileCalls.close(mount);
                }
            } finally {
                FileCalls.close(fs);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    private static void option(
            Arena arena, MemorySegment state, int fs, int command, @Nullable String key, @Nullable Path value)
            throws Throwable {
        MemorySegment name = key == null ? MemorySegment.NULL : arena.allocateFrom(key);
        MemorySegment text = value == null ? MemorySegment.NULL : arena.allocateFrom(value.toString());
        long result = (long) FSCONFIG_CALL.invokeExact(state, (long) FSCONFIG, fs, command, name, text, 0);
        check(result, state, "overlay " + (key == null ? "create" : key), value == null ? Path.of("") : value);
    }

    private static int check(long result, MemorySegment state, String operation, Path path) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(operation, path.toString(), Libc.errno(state));
        }
        return (int) result;
    }

    /// Takes the mount at `target` away at once, even if something in it is still open.
    public static void unmount(Path target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            int result = (int) UMOUNT2.invokeExact(state, arena.allocateFrom(target.toString()), MNT_DETACH);
            if (result < 0) {
                throw new ErrnoException("umount", target.toString(), Libc.errno(state));
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }
}
