/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// Extended attributes of a path whose last part is never followed. xattr(7).
final class Xattrs {
    private static final int MAX_BYTES = 1 << 16;

    // ssize_t llistxattr(const char *path, char *list, size_t size): listxattr(2)
    private static final MemorySegment LIST = Libc.function("llistxattr");
    // ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size): getxattr(2)
    private static final MemorySegment GET = Libc.function("lgetxattr");
    // int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags): setxattr(2)
    private static final MemorySegment SET = Libc.function("lsetxattr");

    // int lremovexattr(const char *path, const char *name): removexattr(2)
    private static final MemorySegment REMOVE = Libc.function("lremovexattr");

    private Xattrs() {}

    /// All attributes; none where the file system has no attributes.
    static Map<String, byte[]> read(String path, String shown) throws ErrnoException {
        var values = new TreeMap<String, byte[]>();
        try (var call = new NativeCall()) {
            long name = call.text(path);
            long size = call.toLong(LIST, name, 0, 0);
            if (size == 0 || (size < 0 && call.errno() == Errno.EOPNOTSUPP)) {
                return values;
            }
            MemorySegment list = call.memory(MAX_BYTES);
            size = call.toLong(LIST, name, list.address(), MAX_BYTES);
            if (size < 0) {
                throw call.failure("listxattr", shown);
            }
            MemorySegment value = call.memory(MAX_BYTES);
            byte[] names = list.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
            for (String attribute : new String(names, StandardCharsets.UTF_8).split("\0")) {
                long n = call.toLong(GET, name, call.text(attribute), value.address(), MAX_BYTES);
                if (n >= 0) {
                    values.put(attribute, value.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
                } else if (call.errno() != Errno.ENODATA) {
                    throw call.failure("getxattr " + attribute, shown);
                }
            }
            return values;
        }
    }

    static void write(String path, String attribute, byte[] value, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            MemorySegment bytes = call.memory(Math.max(1, value.length));
            MemorySegment.copy(value, 0, bytes, ValueLayout.JAVA_BYTE, 0, value.length);
            int result = call.toInt(SET, call.text(path), call.text(attribute), bytes.address(), value.length, 0);
            if (result < 0) {
                throw call.failure("setxattr " + attribute, shown);
            }
        }
    }

    static void remove(String path, String attribute, String shown) throws ErrnoException {
        try (var call = new NativeCall()) {
            if (call.toInt(REMOVE, call.text(path), call.text(attribute)) < 0) {
                throw call.failure("removexattr " + attribute, shown);
            }
        }
    }
}
