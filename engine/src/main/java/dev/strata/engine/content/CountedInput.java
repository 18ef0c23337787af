/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.content;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A stream whose every byte is counted, once.
public abstract class CountedInput extends FilterInputStream {
    protected CountedInput(InputStream in) {
        super(in);
    }

    /// Called after `bytes` more were read or skipped; may end the stream by an exception.
    protected abstract void count(long bytes) throws IOException;

    @Override
    public final int read() throws IOException {
        int b = super.read();
        count(b < 0 ? 0 : 1);
        return b;
    }

    @Override
    public final int read(byte[] buffer, int offset, int length) throws IOException {
        int n = super.read(buffer, offset, length);
        count(Math.max(0, n));
        return n;
    }

    @Override
    public final long skip(long n) throws IOException {
        long skipped = super.skip(n);
        count(skipped);
        return skipped;
    }

    /// A mark would have bytes counted twice.
    @Override
    public final boolean markSupported() {
        return false;
    }
}
