/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SlotsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static final ResourceID WHO = new ResourceID("app", "team");
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Slots slots = new Slots(2, 2);

    @Test
    void noMoreBuildsRunThanThereAreSlotsEvenWhenTheInformerIsLate() {
        assertThat(slots.take("team/a", WHO, Stream.of(), NOW)).isEqualTo(Slots.Answer.FREE);
        assertThat(slots.take("team/b", WHO, Stream.of(), NOW)).isEqualTo(Slots.Answer.FREE);
        assertThat(slots.take("other/c", WHO, Stream.of(), NOW))
                .isEqualTo(new Slots.Answer(false, "waits until one of 2 builds ends", SOON));
    }

    @Test
    void aSlotIsNotCountedTwiceWhenItsJobIsThere() {
        Job running = new Builds().job(1, "key", null).observed().jobs().getFirst();
        slots.take(Slots.name(running), WHO, Stream.of(), NOW);
        assertThat(slots.take("team/b", WHO, Stream.of(running), NOW)).isEqualTo(Slots.Answer.FREE);
    }

    @Test
    void anEndedBuildsSlotIsFree() {
        Job ended = new Builds().job(1, "key", "Failed").observed().jobs().getFirst();
        slots.take(Slots.name(ended), WHO, Stream.of(), NOW);
        slots.take("team/b", WHO, Stream.of(), NOW);
        assertThat(slots.take("team/c", WHO, Stream.of(ended), NOW).free()).isTrue();
    }

    @Test
    void aBuildThatCouldNotBeMadeGivesItsSlotBack() {
        slots.take("team/a", WHO, Stream.of(), NOW);
        slots.take("team/b", WHO, Stream.of(), NOW);
        slots.free("team/a");
        assertThat(slots.take("team/c", WHO, Stream.of(), NOW).free()).isTrue();
    }

    @Test
    void aSlotWhoseJobNeverCameIsFreeAfterAMinute() {
        slots.take("team/a", WHO, Stream.of(), NOW);
        slots.take("team/b", WHO, Stream.of(), NOW);
        assertThat(slots.take("team/c", WHO, Stream.of(), NOW.plusSeconds(61)).free())
                .isTrue();
    }

    @Test
    void oneNamespaceLeavesRoomForOthers() {
        var bounded = new Slots(10, 2);
        assertThat(bounded.take("team/a", WHO, Stream.of(), NOW).free()).isTrue();
        assertThat(bounded.take("team/b", WHO, Stream.of(), NOW).free()).isTrue();
        assertThat(bounded.take("team/c", WHO, Stream.of(), NOW))
                .isEqualTo(new Slots.Answer(false, "waits until one of the 2 builds of its namespace ends", SOON));
        assertThat(bounded.take("team-2/a", WHO, Stream.of(), NOW).free()).isTrue();
        bounded.free("team/a");
        assertThat(bounded.take("team/c", WHO, Stream.of(), NOW).free()).isTrue();
    }

    @Test
    void whoHasWaitedLongestIsNext() {
        var one = new Slots(1, 1);
        one.take("a/x", WHO, Stream.of(), NOW);
        one.take("b/x", WHO, Stream.of(), NOW.plusSeconds(1));
        one.take("c/x", WHO, Stream.of(), NOW.plusSeconds(2));
        one.take("b/x", WHO, Stream.of(), NOW.plusSeconds(6));
        one.free("a/x");
        assertThat(one.take("c/x", WHO, Stream.of(), NOW.plusSeconds(7)))
                .isEqualTo(new Slots.Answer(
                        false, "waits for builds of namespaces that have fewer, or that have waited longer", SOON));
        assertThat(one.take("b/x", WHO, Stream.of(), NOW.plusSeconds(8)).free()).isTrue();
    }

    @Test
    void theNamespaceWithTheFewestBuildsIsNext() {
        var three = new Slots(3, 3);
        three.take("a/x", WHO, Stream.of(), NOW);
        three.take("a/y", WHO, Stream.of(), NOW);
        three.take("b/x", WHO, Stream.of(), NOW);
        three.take("a/z", WHO, Stream.of(), NOW.plusSeconds(1));
        three.take("b/y", WHO, Stream.of(), NOW.plusSeconds(2));
        three.take("c/x", WHO, Stream.of(), NOW.plusSeconds(3));
        three.free("b/x");
        assertThat(three.take("a/z", WHO, Stream.of(), NOW.plusSeconds(4)).free())
                .isFalse();
        assertThat(three.take("b/y", WHO, Stream.of(), NOW.plusSeconds(4)).free())
                .as("waits as long as c/x in count, and longer in time")
                .isTrue();
        three.free("a/x");
        assertThat(three.take("a/z", WHO, Stream.of(), NOW.plusSeconds(5)).free())
                .isFalse();
        assertThat(three.take("c/x", WHO, Stream.of(), NOW.plusSeconds(5)).free())
                .isTrue();
    }

    @Test
    void aBuildThatCannotRunHoldsUpItsOwnNamespaceAlone() {
        var one = new Slots(1, 1);
        Job pending = new Builds().job(1, "key", null).observed().jobs().getFirst();
        assertThat(one.take("other/a", WHO, Stream.of(pending), NOW.plusSeconds(179))
                        .free())
                .as("its pod may be about to start")
                .isFalse();
        assertThat(one.take("team/b", WHO, Stream.of(pending), NOW.plusSeconds(181))
                        .waits())
                .isEqualTo("waits until one of the 1 builds of its namespace ends");
        assertThat(one.take("other/a", WHO, Stream.of(pending), NOW.plusSeconds(181)))
                .isEqualTo(Slots.Answer.FREE);
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
        assertThat(one.take("other/a", WHO, Stream.of(running), NOW.plusSeconds(86400)))
                .isEqualTo(new Slots.Answer(false, "waits until one of 1 builds ends", SOON));
    }

    @Test
    void whoCouldNotStartAnywayHoldsNobodyUp() {
        var bounded = new Slots(2, 1);
        bounded.take("a/x", WHO, Stream.of(), NOW);
        assertThat(bounded.take("a/y", WHO, Stream.of(), NOW).free()).isFalse();
        assertThat(bounded.take("b/x", WHO, Stream.of(), NOW).free()).isTrue();
    }

    @Test
    void thereIsRoomForSeveralAtOnce() {
        slots.take("a/x", WHO, Stream.of(), NOW);
        slots.take("a/y", WHO, Stream.of(), NOW);
        slots.take("b/x", WHO, Stream.of(), NOW);
        slots.take("c/x", WHO, Stream.of(), NOW);
        slots.free("a/x");
        slots.free("a/y");
        assertThat(slots.take("c/x", WHO, Stream.of(), NOW).free()).isTrue();
        assertThat(slots.take("b/x", WHO, Stream.of(), NOW).free()).isTrue();
    }

    @Test
    void whoIsHalfAMinuteOverdueIsForgotten() {
        var one = new Slots(1, 1);
        one.take("a/x", WHO, Stream.of(), NOW);
        one.take("b/x", WHO, Stream.of(), NOW);
        one.free("a/x");
        assertThat(one.take("c/x", WHO, Stream.of(), NOW.plusSeconds(40)).free())
                .isFalse();
        assertThat(one.take("c/x", WHO, Stream.of(), NOW.plusSeconds(41)).free())
                .isTrue();
    }
}
