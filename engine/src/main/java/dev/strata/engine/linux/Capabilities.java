/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a process may do, in its own user namespace. capabilities(7).
///
/// @param effective a bit for each capability
public record Capabilities(long effective) {
    private static final String FIELD = "CapEff:";
    private static final int SYS_ADMIN = 21;

    /// Those of this process.
    public static Capabilities ofProcess() throws IOException {
        return parse(Files.readString(Path.of("/proc/self/status")));
    }

    /// Reads a `/proc/PID/status`: proc(5).
    static Capabilities parse(String status) throws IOException {
        String bits = status.lines()
                .filter(line -> line.startsWith(FIELD))
                .findFirst()
                .orElseThrow(() -> new IOException("/proc/self/status has no line " + FIELD))
                .substring(FIELD.length())
                .strip();
        return new Capabilities(Long.parseUnsignedLong(bits, 16));
    }

    /// Whether it may mount, and make namespaces.
    public boolean mayMount() {
        return (effective >> SYS_ADMIN & 1) == 1;
    }
}
