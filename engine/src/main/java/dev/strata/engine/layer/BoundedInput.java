/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.problem.StrataException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/// At most so many bytes of a stream, which must have them: else the archive is damaged. Closing it leaves the
/// stream open.
final class BoundedInput extends InputStream {
    private final InputStream in;
    private long left;

    BoundedInput(InputStream in, long size) {
        this.in = in;
        this.left = size;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int n = in.read(buffer, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw early();
        }
        left -= n;
        return n;
    }

    void skipRest() throws IOException {
        try {
            in.skipNBytes(left);
        } catch (EOFException e) {
            throw early();
        }
        left = 0;
    }

    private static StrataException early() {
        return TarReader.invalid("it ends in the middle of a file");
    }
}
