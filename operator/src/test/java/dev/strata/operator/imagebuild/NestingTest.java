/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class NestingTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private static final String OLD = "2026-01-01T00:06:00Z";
    private static final String NEW = "2026-01-01T00:09:00Z";
    private static final String BACK_OFF = "{waiting: {reason: CrashLoopBackOff}}";

    @Test
    void aSelfTestThatHasRunAndFailedForMinutesHasShownThatNothingNests() {
        assertThat(Nesting.of(List.of(pod("False", OLD, BACK_OFF)), NOW)).isEqualTo(Nesting.FAILS);
        assertThat(Nesting.of(List.of(pod("False", OLD, running(OLD))), NOW)).isEqualTo(Nesting.FAILS);
    }

    @Test
    void aSelfTestThatStartsHasShownNothing() {
        for (Pod starts : List.of(
                pod("False", NEW, BACK_OFF),
                pod("False", NEW, running(NEW)),
                pod("False", OLD, running(NEW)),
                pod("False", OLD, "{waiting: {reason: ImagePullBackOff}}"),
                pod("False", OLD, "{waiting: {reason: ContainerCreating}}"),
                Serialization.unmarshal("metadata: {name: check}\nstatus: {phase: Pending}", Pod.class))) {
            assertThat(Nesting.of(List.of(starts), NOW)).isEqualTo(Nesting.UNKNOWN);
        }
        assertThat(Nesting.of(List.of(), NOW)).isEqualTo(Nesting.UNKNOWN);
    }

    @Test
    void aNodeThatDoesNotAnswerHasShownNothing() {
        assertThat(Nesting.of(List.of(pod("True", OLD, running(OLD))), NOW)).isEqualTo(Nesting.UNKNOWN);
    }

    @Test
    void everyNodeMustHaveShownIt() {
        assertThat(Nesting.of(List.of(pod("False", OLD, BACK_OFF), pod("False", NEW, running(NEW))), NOW))
                .isEqualTo(Nesting.UNKNOWN);
    }

    private static String running(String since) {
        return "{running: {startedAt: \"" + since + "\"}}";
    }

    private static Pod pod(String ready, String since, String state) {
        return Serialization.unmarshal("""
                metadata: {name: check}
                status:
                  conditions: [{type: ContainersReady, status: "%s", lastTransitionTime: "%s"}]
                  containerStatuses: [{name: check, state: %s}]
                """.formatted(ready, since, state), Pod.class);
    }
}
