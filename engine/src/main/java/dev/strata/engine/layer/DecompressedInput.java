/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.problem.StrataException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// What a decompressor gives. That it cannot go on is a damage of the archive, `ArchiveInvalid`, and no failure
/// to read or write a file.
final class DecompressedInput extends FilterInputStream {
    DecompressedInput(InputStream decompressor) {
        super(decompressor);
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    @Override
    public long skip(long count) throws IOException {
        try {
            return super.skip(count);
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    static StrataException damaged(IOException cause) {
        String message = cause.getMessage();
        return TarReader.invalid("it cannot be decompressed: "
                + (message == null ? cause.getClass().getSimpleName() : message));
    }
}
