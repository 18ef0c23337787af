/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

/// Flags of open(2). Two of them differ between architectures: include/uapi/asm-generic/fcntl.h and
/// arch/arm64/include/uapi/asm/fcntl.h of Linux.
final class OpenFlags {
    static final int RDONLY = 0;
    static final int WRONLY = 01;
    static final int CREAT = 0100;
    static final int EXCL = 0200;
    static final int CLOEXEC = 02000000;
    static final int PATH = 010000000;
    static final int DIRECTORY;
    static final int NOFOLLOW;

    static {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        DIRECTORY = arm ? 040000 : 0200000;
        NOFOLLOW = arm ? 0100000 : 0400000;
    }

    private OpenFlags() {}
}
