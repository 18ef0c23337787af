/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// One answer of a server, of at most so many bytes; more is [TooLarge].
public final class Answer extends FilterInputStream {
    private long left;

    public Answer(InputStream in, long maxBytes) {
        super(in);
        this.left = maxBytes;
    }

    /// A server answered more than it may.
    public static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        count(read < 0 ? 0 : 1);
        return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        count(Math.max(0, read));
        return read;
    }

    @Override
    public long skip(long n) throws IOException {
        long skipped = super.skip(n);
        count(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long read) throws IOException {
        left -= read;
        if (left < 0) {
            throw new TooLarge();
        }
    }
}
