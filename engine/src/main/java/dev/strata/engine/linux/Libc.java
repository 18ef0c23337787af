/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/// What the C library offers.
final class Libc {
    /// `long syscall(long number, ...)`: syscall(2), for calls that have no function of their own.
    static final MemorySegment SYSCALL = function("syscall");

    private Libc() {}

    /// Where a function of that name begins, for a [NativeCall].
    @SuppressWarnings("restricted")
    static MemorySegment function(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }

    /// The text in `bytes`.
    ///
    /// @throws NotUtf8Exception when they are not UTF-8: a guess would be the name of something else
    static String text(byte[] bytes, Path where) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new NotUtf8Exception(
                    "a name in " + where + " is not UTF-8: " + HexFormat.of().formatHex(bytes), e);
        }
    }
}
