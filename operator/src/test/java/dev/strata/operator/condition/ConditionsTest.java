/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.condition;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:09Z");

    @Test
    void theTransitionTimeStaysWhileTheStatusStays() {
        List<Condition> old = Conditions.merge(null, List.of(ready(Truth.FALSE, "Building")), THEN);
        List<Condition> merged = Conditions.merge(old, List.of(ready(Truth.FALSE, "InstructionFailed")), NOW);
        assertThat(merged).singleElement().satisfies(c -> {
            assertThat(c.getReason()).isEqualTo("InstructionFailed");
            assertThat(c.getLastTransitionTime()).isEqualTo(THEN.toString());
        });
    }

    @Test
    void aFlipGetsTheNewTime() {
        List<Condition> old = Conditions.merge(null, List.of(ready(Truth.FALSE, "Building")), THEN);
        List<Condition> merged = Conditions.merge(old, List.of(ready(Truth.TRUE, "Succeeded")), NOW);
        assertThat(merged)
                .singleElement()
                .extracting(Condition::getLastTransitionTime)
                .isEqualTo(NOW.toString());
    }

    private static Condition ready(Truth status, String reason) {
        return Conditions.of(Conditions.READY, status, reason, "", 1);
    }
}
