/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.layer.Layer;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheKeyTest {
    @Test
    void partsDoNotRunTogether() {
        CacheKey one = CacheKey.of("run", List.of()).add("a", "bc").key();
        CacheKey other = CacheKey.of("run", List.of()).add("ab", "c").key();
        CacheKey list =
                CacheKey.of("run", List.of()).addAll("a", List.of("b", "c")).key();

        assertThat(one).isNotEqualTo(other).isNotEqualTo(list);
        assertThat(CacheKey.of("run", List.of()).add("a", "bc").key()).isEqualTo(one);
    }

    @Test
    void theParentCounts() {
        var parent = new DiffId(Digest.of("layer"));

        assertThat(CacheKey.of("run", List.of(parent)).key())
                .isNotEqualTo(CacheKey.of("run", List.of()).key());
    }

    @Test
    void recordsSurviveTheirJson() throws IOException {
        var blob = new Descriptor("m", Digest.of("blob"), 12, Map.of("dev.strata.encoder", "isal-1"));
        var entry = new CacheRecord(new Layer(blob, new DiffId(Digest.of("tar"))), Instant.ofEpochSecond(5));
        Map<CacheKey, CacheRecord> records =
                Map.of(CacheKey.of("run", List.of()).key(), entry);

        assertThat(CacheJson.records(CacheJson.bytes(records))).isEqualTo(records);
    }
}
