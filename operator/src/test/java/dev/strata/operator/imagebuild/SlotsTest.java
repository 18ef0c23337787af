/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Slots slots = new Slots(2);

    @Test
    void noMoreBuildsRunThanThereAreSlotsEvenWhenTheInformerIsLate() {
        assertThat(slots.take("team/a", Stream.of(), NOW)).isEqualTo(new Slots.Answer(true, 1));
        assertThat(slots.take("team/b", Stream.of(), NOW)).isEqualTo(new Slots.Answer(true, 2));
        assertThat(slots.take("team/c", Stream.of(), NOW)).isEqualTo(new Slots.Answer(false, 2));
    }

    @Test
    void aSlotIsNotCountedTwiceWhenItsJobIsThere() {
        Job running = new Builds().job(1, "key", null).observed().jobs().getFirst();
        slots.take(Slots.name(running), Stream.of(), NOW);
        assertThat(slots.take("team/b", Stream.of(running), NOW)).isEqualTo(new Slots.Answer(true, 2));
    }

    @Test
    void anEndedBuildsSlotIsFree() {
        Job ended = new Builds().job(1, "key", "Failed").observed().jobs().getFirst();
        slots.take(Slots.name(ended), Stream.of(), NOW);
        slots.take("team/b", Stream.of(), NOW);
        assertThat(slots.take("team/c", Stream.of(ended), NOW).free()).isTrue();
    }

    @Test
    void aBuildThatCouldNotBeMadeGivesItsSlotBack() {
        slots.take("team/a", Stream.of(), NOW);
        slots.take("team/b", Stream.of(), NOW);
        slots.free("team/a");
        assertThat(slots.take("team/c", Stream.of(), NOW).free()).isTrue();
    }

    @Test
    void aSlotWhoseJobNeverCameIsFreeAfterAMinute() {
        slots.take("team/a", Stream.of(), NOW);
        slots.take("team/b", Stream.of(), NOW);
        assertThat(slots.take("team/c", Stream.of(), NOW.plusSeconds(61)).free())
                .isTrue();
    }
}
