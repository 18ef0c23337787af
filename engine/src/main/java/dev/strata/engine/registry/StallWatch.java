/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Ends a body that stops coming: a read that waits longer than the limit fails with an
/// `IOException`. The HTTP client's own timeout ends with the headers.
final class StallWatch extends FilterInputStream {
    private final AtomicLong reads = new AtomicLong();
    private final Thread watcher;
    private final Duration limit;

    StallWatch(InputStream in, Duration limit) {
        super(in);
        this.limit = limit;
        this.watcher = Thread.ofVirtual().name("strata-stall-watch").start(this::watch);
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        reads.incrementAndGet();
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        reads.incrementAndGet();
        return count;
    }

    @Override
    public void close() throws IOException {
        watcher.interrupt();
        in.close();
    }

    private void watch() {
        try {
            long seen;
            do {
                seen = reads.get();
                Thread.sleep(limit);
            } while (reads.get() != seen);
            in.close();
        } catch (InterruptedException | IOException _) {
            // Closed by its reader, or already broken: either way the reader knows.
            return;
        }
    }
}
