/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.linux.IsalDeflater;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// gzip whose bytes depend on nothing but its input and the [#encoder]: fixed header, no name, no time.
/// RFC 1952. By ISA-L where it is installed, else by the JDK's zlib. Not thread-safe.
final class GzipOutput extends OutputStream {
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};
    private static final int BUFFER = 1 << 16;

    private final OutputStream out;
    private final CRC32 crc = new CRC32();
    private final Optional<IsalDeflater> isal = IsalDeflater.create();
    private final Deflater zlib = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private final byte[] buffer = new byte[BUFFER];
    private long size;

    GzipOutput(OutputStream out) throws IOException {
        this.out = out;
        out.write(HEADER);
    }

    /// Names the library and level that decide the bytes, for the layer's annotation.
    static String encoder() {
        return IsalDeflater.isInstalled() ? "isal-1" : "zlib-6";
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        crc.update(bytes, offset, length);
        size += length;
        if (isal.isPresent()) {
            isal.get().write(bytes, offset, length, out);
        } else {
            zlib.setInput(bytes, offset, length);
            while (!zlib.needsInput()) {
                drain();
            }
        }
    }

    private void drain() throws IOException {
        int n = zlib.deflate(buffer);
        out.write(buffer, 0, n);
    }

    /// Ends the stream; the stream below stays open.
    void finish() throws IOException {
        if (isal.isPresent()) {
            isal.get().finish(out);
        } else {
            zlib.finish();
            while (!zlib.finished()) {
                drain();
            }
        }
        writeLittleEndian((int) crc.getValue());
        writeLittleEndian((int) size);
    }

    private void writeLittleEndian(int value) throws IOException {
        out.write(new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)});
    }

    @Override
    public void close() {
        isal.ifPresent(IsalDeflater::close);
        zlib.end();
    }
}
