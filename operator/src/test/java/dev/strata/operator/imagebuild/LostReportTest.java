/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A build that ended well, of which nothing says which image it made.
class LostReportTest {
    private final List<Builds> lost = List.of(
            new Builds().job(1, KEY, "Complete"),
            new Builds().job(1, KEY, "Complete").pod(1, 0, "Completed", null));

    @Test
    void itIsTriedAgain() {
        for (Builds builds : lost) {
            assertThat(decide(builds, END)).isEqualTo(new BuildStep.Retry(newest(builds), END.plusSeconds(30)));
            assertThat(decide(builds, END.plusSeconds(30))).isEqualTo(new BuildStep.Create(2, 2));
        }
    }

    @Test
    void itsLastTryIsTheLast() {
        var last = Map.of(ImageBuildDesired.ATTEMPT, String.valueOf(Retries.MOST));
        Builds builds = new Builds().job(4, KEY, "Complete", last);
        assertThat(decide(builds, END.plusSeconds(86400))).isEqualTo(new BuildStep.Finish(newest(builds)));
    }

    @Test
    void theStatusSaysWhatWasLost() {
        ImageBuildStatus status = lost.getFirst().statuses().finished(newest(lost.getFirst()), null);
        assertThat(Objects.requireNonNull(status.lastFailure()).reason()).isEqualTo("PodFailed");
        assertThat(status.lastFailure().message())
                .startsWith("the build ended well, and its pod was gone before it was seen which image it had made");
    }

    @Test
    void retentionCountsItAsFailed() {
        Builds builds = new Builds("{succeeded: 1, failed: 0}")
                .job(1, KEY, "Complete", Map.of(ImageBuildDesired.CONFIRMED, Builds.IMAGE))
                .job(2, KEY, "Complete")
                .job(3, KEY, null);
        assertThat(BuildJobs.spare(builds.build(), builds.observed()))
                .extracting(ImageBuildObserved::number)
                .containsExactly(2);
    }

    private static BuildStep decide(Builds builds, Instant now) {
        return BuildStep.decide(builds.observed(), new Wanted(KEY, "inputs", "", ""), Builds.BUILDER, false, now);
    }

    private static Job newest(Builds builds) {
        return Objects.requireNonNull(builds.observed().newest());
    }
}
