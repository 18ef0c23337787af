/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Slots slots = new Slots(2, 2);

    @Test
    void noMoreBuildsRunThanThereAreSlotsEvenWhenTheInformerIsLate() {
        assertThat(slots.take("team/a", Stream.of(), NOW)).isEqualTo(new Slots.Answer(true, 1, ""));
        assertThat(slots.take("team/b", Stream.of(), NOW)).isEqualTo(new Slots.Answer(true, 2, ""));
        assertThat(slots.take("other/c", Stream.of(), NOW))
                .isEqualTo(new Slots.Answer(false, 2, "waits until one of 2 builds ends"));
    }

    @Test
    void aSlotIsNotCountedTwiceWhenItsJobIsThere() {
        Job running = new Builds().job(1, "key", null).observed().jobs().getFirst();
        slots.take(Slots.name(running), Stream.of(), NOW);
        assertThat(slots.take("team/b", Stream.of(running), NOW)).isEqualTo(new Slots.Answer(true, 2, ""));
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

    @Test
    void oneNamespaceLeavesRoomForOthers() {
        var bounded = new Slots(10, 2);
        assertThat(bounded.take("team/a", Stream.of(), NOW).free()).isTrue();
        assertThat(bounded.take("team/b", Stream.of(), NOW).free()).isTrue();
        assertThat(bounded.take("team/c", Stream.of(), NOW))
                .isEqualTo(new Slots.Answer(false, 2, "waits until one of the 2 builds of its namespace ends"));
        assertThat(bounded.take("team-2/a", Stream.of(), NOW).free()).isTrue();
        bounded.free("team/a");
        assertThat(bounded.take("team/c", Stream.of(), NOW).free()).isTrue();
    }

    @Test
    void whoHasWaitedLongestIsNext() {
        var one = new Slots(1, 1);
        one.take("a/x", Stream.of(), NOW);
        one.take("b/x", Stream.of(), NOW.plusSeconds(1));
        one.take("c/x", Stream.of(), NOW.plusSeconds(2));
        one.take("b/x", Stream.of(), NOW.plusSeconds(6));
        one.free("a/x");
        assertThat(one.take("c/x", Stream.of(), NOW.plusSeconds(7)))
                .isEqualTo(new Slots.Answer(
                        false, 0, "waits for builds of namespaces that have fewer, or that have waited longer"));
        assertThat(one.take("b/x", Stream.of(), NOW.plusSeconds(8)).free()).isTrue();
    }

    @Test
    void theNamespaceWithTheFewestBuildsIsNext() {
        var three = new Slots(3, 3);
        three.take("a/x", Stream.of(), NOW);
        three.take("a/y", Stream.of(), NOW);
        three.take("b/x", Stream.of(), NOW);
        three.take("a/z", Stream.of(), NOW.plusSeconds(1));
        three.take("b/y", Stream.of(), NOW.plusSeconds(2));
        three.take("c/x", Stream.of(), NOW.plusSeconds(3));
        three.free("b/x");
        assertThat(three.take("a/z", Stream.of(), NOW.plusSeconds(4)).free()).isFalse();
        assertThat(three.take("b/y", Stream.of(), NOW.plusSeconds(4)).free())
                .as("waits as long as c/x in count, and longer in time")
                .isTrue();
        three.free("a/x");
        assertThat(three.take("a/z", Stream.of(), NOW.plusSeconds(5)).free()).isFalse();
        assertThat(three.take("c/x", Stream.of(), NOW.plusSeconds(5)).free()).isTrue();
    }

    @Test
    void aBuildThatCannotRunHoldsUpItsOwnNamespaceAlone() {
        var one = new Slots(1, 1);
        Job pending = new Builds().job(1, "key", null).observed().jobs().getFirst();
        assertThat(one.take("other/a", Stream.of(pending), NOW.plusSeconds(179)).free())
                .as("its pod may be about to start")
                .isFalse();
        assertThat(one.take("team/b", Stream.of(pending), NOW.plusSeconds(181)).waits())
                .isEqualTo("waits until one of the 1 builds of its namespace ends");
        assertThat(one.take("other/a", Stream.of(pending), NOW.plusSeconds(181)))
                .isEqualTo(new Slots.Answer(true, 1, ""));
    }

    @Test
    void aBuildThatRunsHoldsItsSlotHoweverOld() {
        var one = new Slots(1, 1);
        Job running = new JobBuilder(
                        new Builds().job(1, "key", null).observed().jobs().getFirst())
                .editStatus()
                .withReady(1)
                .endStatus()
                .build();
        assertThat(one.take("other/a", Stream.of(running), NOW.plusSeconds(86400)))
                .isEqualTo(new Slots.Answer(false, 1, "waits until one of 1 builds ends"));
    }

    @Test
    void whoCouldNotStartAnywayHoldsNobodyUp() {
        var bounded = new Slots(2, 1);
        bounded.take("a/x", Stream.of(), NOW);
        assertThat(bounded.take("a/y", Stream.of(), NOW).free()).isFalse();
        assertThat(bounded.take("b/x", Stream.of(), NOW).free()).isTrue();
    }

    @Test
    void thereIsRoomForSeveralAtOnce() {
        slots.take("a/x", Stream.of(), NOW);
        slots.take("a/y", Stream.of(), NOW);
        slots.take("b/x", Stream.of(), NOW);
        slots.take("c/x", Stream.of(), NOW);
        slots.free("a/x");
        slots.free("a/y");
        assertThat(slots.take("c/x", Stream.of(), NOW).free()).isTrue();
        assertThat(slots.take("b/x", Stream.of(), NOW).free()).isTrue();
    }

    @Test
    void whoHasNotAskedForHalfAMinuteIsForgotten() {
        var one = new Slots(1, 1);
        one.take("a/x", Stream.of(), NOW);
        one.take("b/x", Stream.of(), NOW);
        one.free("a/x");
        assertThat(one.take("c/x", Stream.of(), NOW.plusSeconds(30)).free()).isFalse();
        assertThat(one.take("c/x", Stream.of(), NOW.plusSeconds(31)).free()).isTrue();
    }
}
