/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/// Archives that take more memory to decompress than we give: they are refused, and not taken for a plain file.
class DecoderMemoryTest {
    private static byte[] crc(byte... bytes) {
        var crc = new CRC32();
        crc.update(bytes);
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .array();
    }

    /// The header of a stream with CRC32, and that of a block of LZMA2 with a dictionary of 512 MiB. The .xz File
    /// Format, 2.1.1, 3.1 and 5.3.1.
    private static byte[] xz() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 1});
        out.writeBytes(crc((byte) 0, (byte) 1));
        byte[] block = {2, 0, 0x21, 1, 34, 0, 0, 0};
        out.writeBytes(block);
        out.writeBytes(crc(block));
        out.writeBytes(new byte[64]);
        return out.toByteArray();
    }

    /// The header of a frame with a window of 256 MiB, and one raw block. RFC 8878, section 3.1.1.
    private static byte[] zstd() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) ((28 - 10) << 3)});
        out.writeBytes(new byte[] {(8 << 3) | 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8});
        return out.toByteArray();
    }

    @Test
    void theyAreRefused() {
        for (byte[] archive : new byte[][] {xz(), zstd()}) {
            StrataException refused = catchThrowableOfType(
                    StrataException.class,
                    () -> Archives.open(new ByteArrayInputStream(archive), SizeBudget.of("the archive")));
            assertThat(refused).isNotNull();
            assertThat(refused.problem().code()).isEqualTo(ProblemCode.ArchiveInvalid);
            assertThat(refused.problem().why()).isEqualTo("more than 128 MiB of memory are needed to decompress it");
        }
    }
}
