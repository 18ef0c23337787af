/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import static dev.strata.engine.linux.Libc.INT;
import static dev.strata.engine.linux.Libc.LONG;
import static dev.strata.engine.linux.Libc.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// Extended attributes of a path whose last part is never followed. xattr(7).
final class Xattrs {
    private static final int MAX_BYTES = 1 << 16;

    // ssize_t llistxattr(const char *path, char *list, size_t size): listxattr(2)
    private static final MethodHandle LIST = Libc.function("llistxattr", LONG, POINTER, POINTER, LONG);
    // ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size): getxattr(2)
    private static final MethodHandle GET = Libc.function("lgetxattr", LONG, POINTER, POINTER, POINTER, LONG);
    // int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags): setxattr(2)
    private static final MethodHandle SET = Libc.function("lsetxattr", INT, POINTER, POINTER, POINTER, LONG, INT);

    private Xattrs() {}

    /// All attributes; none where the file system has no attributes.
    static Map<String, byte[]> read(String path, String shown) throws ErrnoException {
        var values = new TreeMap<String, byte[]>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            MemorySegment name = arena.allocateFrom(path);
            long size = (long) LIST.invokeExact(state, name, MemorySegment.NULL, 0L);
            if (size == 0 || (size < 0 && Libc.errno(state) == Errno.EOPNOTSUPP)) {
                return values;
            }
            MemorySegment list = arena.allocate(MAX_BYTES);
            size = (long) LIST.invokeExact(state, name, list, (long) MAX_BYTES);
            if (size < 0) {
                throw new ErrnoException("listxattr", shown, Libc.errno(state));
            }
            byte[] names = list.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
            for (String attribute : new String(names, StandardCharsets.UTF_8).split("\0")) {
                MemorySegment value = arena.allocate(MAX_BYTES);
                long n = (long) GET.invokeExact(state, name, arena.allocateFrom(attribute), value, (long) MAX_BYTES);
                if (n >= 0) {
                    values.put(attribute, value.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
                } else if (Libc.errno(state) != Errno.ENODATA) {
                    throw new ErrnoException("getxattr " + attribute, shown, Libc.errno(state));
                }
            }
            return values;
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    static void write(String path, String attribute, byte[] value, String shown) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Libc.state(arena);
            MemorySegment bytes = arena.allocate(Math.max(1, value.length));
            MemorySegment.copy(value, 0, bytes, ValueLayout.JAVA_BYTE, 0, value.length);
            int result = (int) SET.invokeExact(
                    state, arena.allocateFrom(path), arena.allocateFrom(attribute), bytes, (long) value.length, 0);
            if (result < 0) {
                throw new ErrnoException("setxattr " + attribute, shown, Libc.errno(state));
            }
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }
}
