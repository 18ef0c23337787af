/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.content.Digest;
import dev.strata.engine.layer.ContentSource;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.util.function.Supplier;

/// The bytes of a file whose digest went into a step's cache key: whoever reads them to the end gets these, or
/// the step fails. Otherwise the cache would give other bytes for that digest, also to other builds.
final class KnownContent {
    private KnownContent() {}

    /// @param otherwise why the bytes may be others
    static ContentSource of(ContentSource content, Digest expected, Supplier<StrataException> otherwise) {
        return () -> new Checked(content.open(), expected, otherwise);
    }

    private static final class Checked extends DigestInputStream {
        private final Digest expected;
        private final Supplier<StrataException> otherwise;
        private boolean ended;

        Checked(InputStream in, Digest expected, Supplier<StrataException> otherwise) {
            super(in, Digest.newMessageDigest());
            this.expected = expected;
            this.otherwise = otherwise;
        }

        @Override
        public int read() throws IOException {
            return checked(super.read());
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return checked(super.read(bytes, offset, length));
        }

        /// By reading: what is skipped counts as well.
        @Override
        public long skip(long count) throws IOException {
            return Math.max(0, read(new byte[(int) Math.min(count, 1 << 16)]));
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private int checked(int read) {
            if (read < 0 && !ended) {
                ended = true;
                if (!Digest.from(getMessageDigest()).equals(expected)) {
                    throw otherwise.get();
                }
            }
            return read;
        }
    }
}
