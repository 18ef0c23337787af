/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class ArchivesTest {
    interface Compressor {
        OutputStream over(OutputStream out) throws IOException;
    }

    record Case(String name, Compressor compressor) {
        @Override
        public String toString() {
            return name;
        }

        byte[] compress(byte[] bytes) throws IOException {
            var out = new ByteArrayOutputStream();
            try (OutputStream compressed = compressor.over(out)) {
                compressed.write(bytes);
            }
            return out.toByteArray();
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("plain", out -> out),
                new Case("gzip", GZIPOutputStream::new),
                new Case("bzip2", BZip2CompressorOutputStream::new),
                new Case("xz", out -> new XZOutputStream(out, new LZMA2Options(1))),
                new Case("zstd", ZstdOutputStream::new));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anArchiveIsKnownByItsContent(Case each) throws IOException {
        byte[] bytes = each.compress(new TarBytes().file("f", "hello").bytes());
        var names = new ArrayList<String>();
        Archives.open(new ByteArrayInputStream(bytes), SizeBudget.of("the archive"))
                .orElseThrow()
                .forEach((entry, content) -> names.add(entry.path()));

        assertThat(names).containsExactly("f");
    }

    private static Optional<TarReader> open(byte[] bytes) throws IOException {
        return Archives.open(new ByteArrayInputStream(bytes), SizeBudget.of("the archive"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsNoTarIsNoArchive(Case each) throws IOException {
        byte[] text = each.compress("x".repeat(2000).getBytes(UTF_8));

        assertThat(open(text)).isEmpty();
        assertThat(open(Arrays.copyOf(text, 12))).isEmpty();
    }

    @Test
    void anEmptyFileIsNoArchive() throws IOException {
        assertThat(open(new byte[0])).isEmpty();
        assertThat(open(new byte[1024])).isEmpty();
    }
}
