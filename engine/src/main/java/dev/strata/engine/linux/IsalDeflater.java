/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.NoSuchElementException;
import java.util.Optional;

/// Raw deflate by ISA-L (Debian `libisal2`), about ten times as fast as zlib. Level 1, whose output is the
/// same on every x86-64 machine; levels above 2 are not.
///
/// Offsets of `struct isal_zstream`: isa-l 2.30, include/igzip_lib.h; `IsalDeflaterIT` checks them against
/// the library's own header. Not thread-safe.
public final class IsalDeflater implements AutoCloseable {
    private static final String LIBRARY = "libisal.so.2";
    private static final int STREAM_BYTES = 128 << 10;
    private static final int LEVEL = 1;
    private static final int LEVEL_BUFFER_BYTES = 282_624;
    private static final int CHUNK = 1 << 16;

    private static final long NEXT_IN = 0;
    private static final long AVAIL_IN = 8;
    private static final long NEXT_OUT = 16;
    private static final long AVAIL_OUT = 24;
    private static final long LEVEL_AT = 40;
    private static final long LEVEL_BUFFER_SIZE = 44;
    private static final long LEVEL_BUFFER = 48;
    private static final long END_OF_STREAM = 56;

    private record Library(MemorySegment init, MemorySegment deflate) {}

    private static final Optional<Library> LIBRARY_LOADED = load();

    private final Library library;
    private final Arena arena = Arena.ofConfined();
    private final NativeCall call = new NativeCall();
    private final MemorySegment stream = arena.allocate(STREAM_BYTES, 64);
    private final MemorySegment in = arena.allocate(CHUNK);
    private final MemorySegment out = arena.allocate(CHUNK);
    private final byte[] produced = new byte[CHUNK];

    private IsalDeflater(Library library) {
        this.library = library;
        int _ = call.toInt(library.init, stream.address());
        stream.set(JAVA_INT, LEVEL_AT, LEVEL);
        stream.set(JAVA_INT, LEVEL_BUFFER_SIZE, LEVEL_BUFFER_BYTES);
        stream.set(ValueLayout.ADDRESS, LEVEL_BUFFER, arena.allocate(LEVEL_BUFFER_BYTES, 64));
    }

    @SuppressWarnings("restricted")
    private static Optional<Library> load() {
        try {
            SymbolLookup symbols = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
            return Optional.of(new Library(
                    // void isal_deflate_init(struct isal_zstream *stream)
                    symbols.findOrThrow("isal_deflate_init"),
                    // int isal_deflate(struct isal_zstream *stream)
                    symbols.findOrThrow("isal_deflate")));
        } catch (IllegalArgumentException | NoSuchElementException missing) {
            return Optional.empty();
        }
    }

    /// Whether the library is installed.
    public static boolean isInstalled() {
        return LIBRARY_LOADED.isPresent();
    }

    /// A deflater; empty where the library is not installed.
    public static Optional<IsalDeflater> create() {
        return LIBRARY_LOADED.map(IsalDeflater::new);
    }

    /// Compresses bytes and writes what is ready to `sink`.
    public void write(byte[] bytes, int offset, int length, OutputStream sink) throws IOException {
        int done = 0;
        while (done < length) {
            int n = Math.min(CHUNK, length - done);
            MemorySegment.copy(bytes, offset + done, in, ValueLayout.JAVA_BYTE, 0, n);
            deflate(n, sink);
            done += n;
        }
    }

    /// Ends the stream and writes the rest to `sink`.
    public void finish(OutputStream sink) throws IOException {
        stream.set(ValueLayout.JAVA_SHORT, END_OF_STREAM, (short) 1);
        deflate(0, sink);
    }

    private void deflate(int length, OutputStream sink) throws IOException {
        stream.set(ValueLayout.ADDRESS, NEXT_IN, in);
        stream.set(JAVA_INT, AVAIL_IN, length);
        int room;
        do {
            stream.set(ValueLayout.ADDRESS, NEXT_OUT, out);
            stream.set(JAVA_INT, AVAIL_OUT, CHUNK);
            run();
            room = stream.get(JAVA_INT, AVAIL_OUT);
            int ready = CHUNK - room;
            MemorySegment.copy(out, ValueLayout.JAVA_BYTE, 0, produced, 0, ready);
            sink.write(produced, 0, ready);
        } while (room == 0);
    }

    private void run() throws IOException {
        int result = call.toInt(library.deflate, stream.address());
        if (result != 0) {
            throw new IOException("isal_deflate failed with " + result);
        }
    }

    @Override
    public void close() {
        call.close();
        arena.close();
    }
}
