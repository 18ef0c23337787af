/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.RegistryStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When a Registry that does not settle is looked at again.
class RegistryPauseTest {
    private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");
    private static final RegistryObserved UNSETTLED = new RegistryObserved(
            "r.home.svc.cluster.local:5000",
            1,
            null,
            null,
            null,
            new Nodes(new TreeMap<>(), 0, new TreeMap<>()),
            new TreeMap<>(),
            null,
            List.of(),
            List.of(),
            false);

    @ParameterizedTest
    @CsvSource({"0, 3", "10, 3", "60, 12", "300, 60", "86400, 60"})
    void thePauseGrowsWhileNothingChanges(int seconds, int pause) {
        assertThat(pause(BEGUN.plusSeconds(seconds), false)).isEqualTo(Duration.ofSeconds(pause));
    }

    @Test
    void aChangeIsFollowedClosely() {
        assertThat(pause(BEGUN.plusSeconds(86400), true)).isEqualTo(Duration.ofSeconds(3));
    }

    private static Duration pause(Instant now, boolean changed) {
        RegistryStatus first = RegistryStatuses.of(UNSETTLED, null, BEGUN);
        return RegistryReconciler.pause(UNSETTLED, RegistryStatuses.of(UNSETTLED, first, now), changed, now);
    }
}
