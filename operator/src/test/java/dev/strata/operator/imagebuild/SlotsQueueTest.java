/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Many builds that wait: how often they ask, that they keep their places, and who is woken.
class SlotsQueueTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MANY = 200;

    private final Slots slots = new Slots(10, 2);

    @Test
    void theFurtherBackTheLaterItAsksAndAtLeastOnceAMinute() {
        fill("team", 2, 0);
        assertThat(take("team", 10, 0).again()).isEqualTo(Duration.ofSeconds(5));
        assertThat(take("team", 11, 0).again()).isEqualTo(Duration.ofSeconds(5));
        assertThat(take("team", 12, 0).again()).isEqualTo(Duration.ofSeconds(10));
        for (int i = 13; i < MANY; i++) {
            take("team", i, 0);
        }
        assertThat(take("team", MANY, 0).again()).isEqualTo(Duration.ofSeconds(60));
        assertThat(take("team", 12, 1).again()).as("its place stays").isEqualTo(Duration.ofSeconds(10));
        fill("other", 2, 0);
        assertThat(take("other", 10, 0).again())
                .as("another namespace's queue is its own")
                .isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whoAsksWhenItShallKeepsItsPlace() {
        fill("team", 2, 0);
        var due = new long[MANY];
        for (int second = 0; second <= 180; second++) {
            fill("team", 2, second);
            for (int i = 10; i < MANY; i++) {
                if (due[i] <= second) {
                    due[i] = second + take("team", i, second).again().toSeconds();
                }
            }
        }
        slots.free("team/0");
        assertThat(take("team", MANY - 1, 180).free())
                .as("others have waited longer")
                .isFalse();
        assertThat(take("team", 11, 180).free()).isFalse();
        assertThat(take("team", 10, 180).free()).isTrue();
    }

    @Test
    void whoMayStartIsWokenOnce() {
        fill("team", 2, 0);
        for (int i = 10; i < 20; i++) {
            take("team", i, 0);
        }
        assertThat(slots.wake(Stream::of, NOW)).isEmpty();
        slots.free("team/0");
        assertThat(slots.wake(Stream::of, NOW)).containsExactly(new ResourceID("10", "team"));
        assertThat(slots.wake(Stream::of, NOW)).as("it knows").isEmpty();
        assertThat(take("team", 10, 1).free()).isTrue();
        slots.free("team/1");
        assertThat(slots.wake(Stream::of, NOW.plusSeconds(1))).containsExactly(new ResourceID("11", "team"));
        assertThat(slots.wake(Stream::of, NOW.plusSeconds(32)))
                .as("11 does not ask although it was woken")
                .containsExactly(new ResourceID("12", "team"));
    }

    @Test
    void aBuildThatHasItsSlotWaitsNoMore() {
        fill("team", 2, 0);
        assertThat(slots.waits("team/10")).isFalse();
        take("team", 10, 0);
        assertThat(slots.waits("team/10")).isTrue();
        slots.free("team/0");
        take("team", 10, 1);
        assertThat(slots.waits("team/10")).isFalse();
    }

    /// Builds that run; made so lately that the informer does not know them.
    private void fill(String namespace, int count, int second) {
        for (int i = 0; i < count; i++) {
            assertThat(take(namespace, i, second).free()).isTrue();
        }
    }

    private Slots.Answer take(String namespace, int build, int second) {
        return slots.take(
                namespace + "/" + build,
                new ResourceID(String.valueOf(build), namespace),
                Stream.of(),
                NOW.plusSeconds(second));
    }
}
