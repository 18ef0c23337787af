/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Ends a body that comes too slowly: its reader gets an `IOException`. The HTTP client's own timeout ends with
/// the headers.
final class StallWatch extends InputStream {
    /// The slowest download that is waited for, in bytes a millisecond.
    private static final long SLOWEST_DOWNLOAD = 1;

    private final InputStream in;
    private final Duration limit;
    private final long least;
    private final AtomicLong received = new AtomicLong();
    private final Thread watcher;
    private volatile boolean ended;

    /// @param least bytes that must come in each `limit` for the body to go on
    private StallWatch(InputStream in, Duration limit, long least) {
        this.in = in;
        this.limit = limit;
        this.least = least;
        this.watcher = Thread.ofVirtual().name("strata-stall-watch").start(this::watch);
    }

    /// A small body, all of which must come within `limit`.
    static StallWatch whole(InputStream in, Duration limit) {
        return new StallWatch(in, limit, Long.MAX_VALUE);
    }

    /// A body of any size, which must not come more slowly than a kilobyte a second over any `limit`.
    static StallWatch flowing(InputStream in, Duration limit) {
        return new StallWatch(in, limit, SLOWEST_DOWNLOAD * limit.toMillis());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int count = in.read(buffer, offset, length);
            if (!ended) {
                received.addAndGet(Math.max(0, count));
                return count;
            }
        } catch (IOException e) {
            if (!ended) {
                throw e;
            }
        }
        throw new IOException("the answer came too slowly, " + received + " bytes of it so far");
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
                seen = received.get();
                Thread.sleep(limit);
            } while (received.get() - seen >= least);
            ended = true;
            in.close();
        } catch (InterruptedException | IOException _) {
            // Closed by its reader, or already broken: either way the reader knows.
            return;
        }
    }
}
