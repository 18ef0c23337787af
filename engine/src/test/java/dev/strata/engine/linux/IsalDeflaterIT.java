/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Needs a C compiler, `libisal2` and `libisal-dev`.
class IsalDeflaterIT {
    private static final String OFFSETS = """
            #include <isa-l/igzip_lib.h>
            #include <stddef.h>
            #include <stdio.h>
            #define AT(field) (int) offsetof(struct isal_zstream, field)
            int main(void) {
              printf("%d %d %d %d %d %d %d %d %d %d %d", AT(next_in), AT(avail_in), AT(next_out), AT(avail_out),
                     AT(level), AT(level_buf_size), AT(level_buf), AT(end_of_stream), AT(flush),
                     (int) ISAL_DEF_LVL1_DEFAULT, sizeof(struct isal_zstream) <= 128 << 10);
            }
            """;

    @TempDir
    Path directory;

    private static String run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void theOffsetsAreThoseOfTheLibrarysHeader() throws Exception {
        Files.writeString(directory.resolve("offsets.c"), OFFSETS);
        run(directory, "cc", "-o", "offsets", "offsets.c");

        assertThat(run(directory, "./offsets")).isEqualTo("0 8 16 24 40 44 48 56 58 282624 1");
    }

    @Test
    void theJdkInflatesWhatIsDeflatedHoweverItIsCut() throws Exception {
        byte[] data = new byte[3_000_000];
        var random = new Random(7);
        random.nextBytes(data);
        for (int i = 0; i < data.length / 2; i++) {
            data[i] = (byte) "layer ".charAt(i % 6);
        }
        for (int chunk : new int[] {1000, 65_536, data.length}) {
            var out = new ByteArrayOutputStream();
            try (IsalDeflater deflater = IsalDeflater.create().orElseThrow()) {
                for (int at = 0; at < data.length; at += chunk) {
                    deflater.write(data, at, Math.min(chunk, data.length - at), out);
                }
                deflater.finish(out);
            }
            var inflater = new Inflater(true);
            inflater.setInput(out.toByteArray());
            byte[] back = new byte[data.length + 1];

            assertThat(inflater.inflate(back)).isEqualTo(data.length);
            assertThat(inflater.finished()).isTrue();
            assertThat(java.util.Arrays.copyOf(back, data.length)).isEqualTo(data);
            assertThat(out.size()).isBetween(data.length / 2, data.length * 3 / 4);
            inflater.end();
        }
    }
}
