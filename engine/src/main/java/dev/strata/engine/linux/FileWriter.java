/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Writes a new file through its descriptor. Not thread-safe.
public final class FileWriter extends OutputStream {
    private static final int BUFFER = 1 << 16;

    private final int fd;
    private final String shown;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER);
    private boolean open = true;

    FileWriter(int fd, String shown) {
        this.fd = fd;
        this.shown = shown;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int n = Math.min(BUFFER, length - done);
            MemorySegment.copy(bytes, offset + done, buffer, ValueLayout.JAVA_BYTE, 0, n);
            FileCalls.write(fd, buffer.asSlice(0, n), shown);
            done += n;
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            FileCalls.close(fd);
            arena.close();
        }
    }
}
