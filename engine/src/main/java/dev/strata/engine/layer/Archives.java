/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/// Recognises tar archives by their content, plain or compressed by gzip, bzip2, xz or zstd, as ADD does.
/// BuildKit, solver/llbsolver/file/unpack.go.
public final class Archives {
    private static final int BLOCK = 512;
    private static final int BUFFER = 1 << 16;

    /// Limit of the memory that an xz stream may ask for, in KiB; that of zstd is the same by itself.
    private static final int XZ_MEMORY = 128 << 10;

    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final byte[] BZIP2 = {'B', 'Z', 'h'};
    private static final byte[] XZ = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};
    private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    private Archives() {}

    /// Reads `in` as a tar archive; empty when it is none. What it has when unpacked is taken from `budget`.
    ///
    /// Throws a `StrataException` with `ArchiveInvalid` when it takes too much memory to look into it.
    public static Optional<TarReader> open(InputStream in, SizeBudget budget) throws IOException {
        var raw = new BufferedInputStream(in, BUFFER);
        byte[] start = peek(raw);
        if (isTar(start)) {
            return Optional.of(new TarReader(budget.over(raw), budget));
        }
        try {
            Optional<InputStream> plain = decompressed(raw, start);
            if (plain.isPresent()) {
                var buffered = new BufferedInputStream(plain.get(), BUFFER);
                return isTar(peek(buffered))
                        ? Optional.of(new TarReader(budget.over(new DecompressedInput(buffered)), budget))
                        : Optional.empty();
            }
        } catch (IOException e) {
            if (asksForTooMuchMemory(e)) {
                throw tooMuchMemory(e);
            }
            // Not what it seems.
            return Optional.empty();
        }
        return Optional.empty();
    }

    /// Catching these by their type would load their classes when this one is verified, and a class of a sealed jar
    /// cannot
    /// be in an archive of linked classes.
    private static boolean asksForTooMuchMemory(IOException e) {
        return e instanceof MemoryLimitException
                || (e instanceof ZstdIOException zstd && zstd.getErrorCode() == Zstd.errFrameParameterWindowTooLarge());
    }

    private static StrataException tooMuchMemory(IOException cause) {
        return new StrataException(
                Problem.of(
                        ProblemCode.ArchiveInvalid,
                        "the archive cannot be read",
                        "more than 128 MiB of memory are needed to decompress it",
                        "compress it with a smaller dictionary (xz -9, zstd without --long); COPY takes it as it is"),
                cause);
    }

    /// Empty when the bytes begin like no compressed stream.
    private static Optional<InputStream> decompressed(BufferedInputStream raw, byte[] start) throws IOException {
        if (begins(start, GZIP)) {
            return Optional.of(new GZIPInputStream(raw, BUFFER));
        }
        if (begins(start, BZIP2)) {
            return Optional.of(new BZip2CompressorInputStream(raw, true));
        }
        if (begins(start, XZ)) {
            return Optional.of(new XZInputStream(raw, XZ_MEMORY));
        }
        return begins(start, ZSTD) ? Optional.of(new ZstdInputStream(raw)) : Optional.empty();
    }

    private static byte[] peek(BufferedInputStream in) throws IOException {
        in.mark(BLOCK);
        byte[] start = in.readNBytes(BLOCK);
        in.reset();
        return start;
    }

    private static boolean isTar(byte[] start) {
        return start.length == BLOCK && TarReader.checksumHolds(start);
    }

    private static boolean begins(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }
}
