/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import dev.strata.engine.content.CountedInput;
import java.io.IOException;
import java.io.InputStream;

/// One answer of a server, of at most so many bytes; more is [TooLarge].
public final class Answer extends CountedInput {
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
    protected void count(long read) throws IOException {
        left -= read;
        if (left < 0) {
            throw new TooLarge();
        }
    }
}
