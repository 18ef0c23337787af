/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.Digest;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CacheJsonTest {
    private static String entry(int number, String size) {
        return """
                "%s":{"created":"2026-01-01T00:00:00Z","diffId":"%s","mediaType":"application/x","digest":"%s","size":%s}\
                """.formatted(Digest.of("k" + number).hex(), Digest.of("d"), Digest.of("b"), size)
                .strip();
    }

    private static byte[] document(int records, String size) {
        return IntStream.range(0, records)
                .mapToObj(number -> entry(number, size))
                .collect(Collectors.joining(",", "{\"records\":{", "}}"))
                .getBytes(UTF_8);
    }

    @Test
    void aDocumentIsReadBackAsItWasWritten() throws IOException {
        var records = CacheJson.records(document(2, "274877906944"));
        assertThat(records).hasSize(2);
        assertThat(CacheJson.records(CacheJson.bytes(records))).isEqualTo(records);
    }

    @Test
    void aSizeThatNoLayerHasIsRefused() {
        for (String size : List.of("-1", "274877906945", "99999999999999999999", "\"12\"", "null", "{}", "1e30")) {
            assertThatThrownBy(() -> CacheJson.records(document(1, size)))
                    .as(size)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("a cache record is damaged: the size ");
        }
    }

    @Test
    void moreRecordsThanAnyDockerfileHasStepsAreRefused() {
        assertThatThrownBy(() -> CacheJson.records(document(10_001, "1")))
                .hasMessage("a cache document of 10001 records, at most 10000");
    }
}
