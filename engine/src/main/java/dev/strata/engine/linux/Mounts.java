/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Overlay mounts by the mount API of Linux 5.2 and later: `mount(2)` has one page for all options, which
/// ends at about 45 layers; fsconfig(2) takes each lower directory alone, 500 of them.
public final class Mounts {
    // long syscall(SYS_move_mount, int from, const char *path, int to, const char *path, unsigned flags)
    private static final int MOVE_MOUNT = 429;
    // long syscall(SYS_fsopen, const char *type, unsigned flags): fsopen(2)
    private static final int FSOPEN = 430;
    // long syscall(SYS_fsconfig, int fd, unsigned command, const char *key, const void *value, int aux): fsconfig(2)
    private static final int FSCONFIG = 431;
    // long syscall(SYS_fsmount, int fd, unsigned flags, unsigned attributes): fsmount(2)
    private static final int FSMOUNT = 432;
    private static final int CLOEXEC = 1;
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int CMD_CREATE = 6;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int AT_FDCWD = -100;
    private static final int MOUNT_ATTR_NODEV = 4;
    private static final int MNT_DETACH = 2;
    private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

    // int umount2(const char *target, int flags): umount(2)
    private static final MemorySegment UMOUNT2 = Libc.function("umount2");

    private Mounts() {}

    /// Mounts an overlay at `target`. `userxattr` is set always: without it, removing a lower directory
    /// fails with EIO inside a user namespace. Device nodes of an image are there and cannot be opened: one
    /// may name the machine's disk.
    ///
    /// @param lowers at least one directory, the topmost first
    public static void overlay(List<Path> lowers, Path upper, Path work, Path target) throws IOException {
        try (var call = new NativeCall()) {
            int fs = syscall(call, "fsopen", target, FSOPEN, call.text("overlay"), CLOEXEC);
            try {
                option(call, fs, SET_FLAG, "userxattr", null);
                for (Path lower : lowers) {
                    option(call, fs, SET_STRING, "lowerdir+", lower);
                }
                option(call, fs, SET_STRING, "upperdir", upper);
                option(call, fs, SET_STRING, "workdir", work);
                option(call, fs, CMD_CREATE, null, null);
                int mount = syscall(call, "fsmount", target, FSMOUNT, fs, CLOEXEC, MOUNT_ATTR_NODEV);
                try {
                    long from = call.text("");
                    long to = call.text(target.toString());
                    syscall(call, "move_mount", target, MOVE_MOUNT, mount, from, AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH);
                } finally {
                    FileCalls.close(mount);
                }
            } finally {
                FileCalls.close(fs);
            }
        }
    }

    private static void option(NativeCall call, int fs, int command, @Nullable String key, @Nullable Path value)
            throws ErrnoException {
        String operation = "overlay " + (key == null ? "create" : key);
        long name = key == null ? 0 : call.text(key);
        long text = value == null ? 0 : call.text(value.toString());
        syscall(call, operation, value == null ? Path.of("") : value, FSCONFIG, fs, command, name, text, 0);
    }

    private static int syscall(NativeCall call, String operation, Path path, long... arguments) throws ErrnoException {
        long result = call.toLong(Libc.SYSCALL, arguments);
        if (result < 0) {
            throw call.failure(operation, path.toString());
        }
        return (int) result;
    }

    /// Takes away every mount at `path` and below it that this process sees, without touching what they show.
    ///
    /// @throws IOException when one cannot be taken away
    public static void unmountBelow(Path path) throws IOException {
        String real = path.toRealPath(LinkOption.NOFOLLOW_LINKS).toString();
        byte[] mounts = Files.readAllBytes(Path.of("/proc/self/mountinfo"));
        // A mount stands below what it is mounted on.
        for (String mount :
                new String(mounts, StandardCharsets.UTF_8).lines().toList().reversed()) {
            String target = unescaped(mount.split(" ", 6)[4]);
            if (target.equals(real) || target.startsWith(real + "/")) {
                unmount(target);
            }
        }
    }

    /// Blanks, tabs, line breaks and backslashes are octal there. proc_pid_mountinfo(5).
    private static String unescaped(String path) {
        return ESCAPED.matcher(path)
                .replaceAll(
                        octal -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
    }

    /// Takes the mount at `target` away at once, even if something in it is still open.
    public static void unmount(Path target) throws IOException {
        unmount(target.toString());
    }

    private static void unmount(String target) throws IOException {
        try (var call = new NativeCall()) {
            if (call.toInt(UMOUNT2, call.text(target), MNT_DETACH) < 0) {
                throw call.failure("umount", target);
            }
        }
    }
}
