/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

/// Error numbers of Linux that callers decide on. errno(3); the same on x86-64 and arm64.
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int EEXIST = 17;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENAMETOOLONG = 36;
    public static final int ELOOP = 40;
    public static final int ENODATA = 61;
    public static final int EOPNOTSUPP = 95;

    private Errno() {}

    static String text(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case 5 -> "input/output error";
            case 9 -> "bad file descriptor";
            case EAGAIN -> "try again";
            case 12 -> "out of memory";
            case 13 -> "permission denied";
            case 16 -> "busy";
            case EEXIST -> "it is there already";
            case 18 -> "not on one file system";
            case 19 -> "no such device or file system type";
            case ENOTDIR -> "not a directory";
            case EISDIR -> "is a directory";
            case EINVAL -> "invalid argument";
            case 24 -> "too many open files";
            case 27 -> "file too large";
            case 28 -> "no space left";
            case 30 -> "read-only file system";
            case 31 -> "too many links";
            case 34 -> "value too large";
            case ENAMETOOLONG -> "name too long";
            case 38 -> "not implemented by this kernel";
            case 39 -> "directory not empty";
            case ELOOP -> "too many symbolic links";
            case ENODATA -> "no such attribute";
            case EOPNOTSUPP -> "not supported by this file system";
            case 122 -> "disk quota exceeded";
            default -> "errno " + errno;
        };
    }
}
