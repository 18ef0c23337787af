/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static dev.strata.operator.imagebuild.Builds.WANTED;
import static dev.strata.operator.imagebuild.Builds.decide;
import static dev.strata.operator.imagebuild.Builds.newest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which failed builds are made again, and when.
class RetriesTest {
    @ParameterizedTest
    @ValueSource(strings = {"InstructionFailed", "DockerfileSyntaxError", "ImageNotFound", "PushUnauthorized"})
    void anAuthorsFailureIsNotTriedAgain(String reason) {
        Builds builds = new Builds().failed(1, reason);
        assertThat(BuildStep.decide(builds.observed(), WANTED, Builds.BUILDER, false, END.plusSeconds(3600)))
                .isEqualTo(new BuildStep.Finish(newest(builds)));
    }

    @ParameterizedTest
    @CsvSource({"1, 30", "2, 120", "3, 480"})
    void anInfrastructuresFailureIsTriedAgainLaterAndLater(int attempt, int seconds) {
        Builds builds = new Builds()
                .failed(5, "RegistryUnreachable", Map.of(ImageBuildDesired.ATTEMPT, String.valueOf(attempt)));
        Job job = newest(builds);
        assertThat(BuildStep.decide(builds.observed(), WANTED, Builds.BUILDER, false, END.plusSeconds(seconds - 1)))
                .isEqualTo(new BuildStep.Retry(job, END.plusSeconds(seconds)));
        assertThat(BuildStep.decide(builds.observed(), WANTED, Builds.BUILDER, false, END.plusSeconds(seconds)))
                .isEqualTo(new BuildStep.Create(6, attempt + 1));
        assertThat(BuildStep.decide(builds.observed(), WANTED, Builds.BUILDER, true, END.plusSeconds(seconds)))
                .as("while suspended")
                .isEqualTo(new BuildStep.Finish(job));
    }

    @Test
    void theLastTryIsTheLast() {
        Builds builds = new Builds()
                .failed(9, "RegistryUnreachable", Map.of(ImageBuildDesired.ATTEMPT, String.valueOf(Retries.MOST)));
        assertThat(BuildStep.decide(builds.observed(), WANTED, Builds.BUILDER, false, END.plusSeconds(86400)))
                .isEqualTo(new BuildStep.Finish(newest(builds)));
    }

    @Test
    void aBuildThatWasLostWithItsNodeIsTriedAgain() {
        for (Builds lost : List.of(
                new Builds().failedJob(1, "BackoffLimitExceeded", Map.of()),
                new Builds().failedJob(1, "BackoffLimitExceeded", Map.of()).podLost(1))) {
            assertThat(decide(lost)).isEqualTo(new BuildStep.Retry(newest(lost), END.plusSeconds(30)));
            assertThat(BuildStep.decide(lost.observed(), WANTED, Builds.BUILDER, false, END.plusSeconds(30)))
                    .isEqualTo(new BuildStep.Create(2, 2));
        }
    }

    @Test
    void whatTheAuthorCausedIsFinalAlsoWhenItsPodIsGone() {
        for (Builds ended : List.of(
                new Builds().failedJob(1, "PodFailurePolicy", Map.of()),
                new Builds().failedJob(1, "DeadlineExceeded", Map.of()),
                new Builds().failedJob(1, "DeadlineExceeded", Map.of()).podLost(1),
                new Builds().failedJob(1, "DeadlineExceeded", Map.of(ImageBuildDesired.ENDED, "OutOfMemory")),
                new Builds().failedJob(1, "BackoffLimitExceeded", Map.of(ImageBuildDesired.ENDED, "OutOfMemory")))) {
            assertThat(BuildStep.decide(ended.observed(), WANTED, Builds.BUILDER, false, END.plusSeconds(3600)))
                    .isEqualTo(new BuildStep.Finish(newest(ended)));
        }
    }

    @Test
    void aTimeInWhichNoPodWasAdmittedIsNotTheAuthors() {
        var refused = Map.of(ImageBuildDesired.REFUSED, "the builder pod is refused: a policy");
        Builds never = new Builds().failedJob(1, "DeadlineExceeded", refused);
        assertThat(decide(never)).isEqualTo(new BuildStep.Retry(newest(never), END.plusSeconds(30)));
        Builds later = new Builds().failedJob(1, "DeadlineExceeded", refused).podLost(1);
        assertThat(decide(later)).as("a pod came later").isEqualTo(new BuildStep.Finish(newest(later)));
        Builds level = new Builds()
                .failedJob(
                        1,
                        "DeadlineExceeded",
                        Map.of(
                                ImageBuildDesired.REFUSED,
                                "the builder pod is refused: its level",
                                ImageBuildDesired.ENDED,
                                "IsolationUnavailable"));
        assertThat(decide(level)).as("final").isEqualTo(new BuildStep.Finish(newest(level)));
        assertThat(level.statuses().finished(newest(level), null).lastFailure())
                .extracting(ImageBuildStatus.Failure::reason, ImageBuildStatus.Failure::message)
                .containsExactly(
                        "IsolationUnavailable",
                        "the builder pod is refused: its level. Try: kubectl label namespace team --overwrite"
                                + " pod-security.kubernetes.io/enforce=baseline"
                                + " pod-security.kubernetes.io/enforce-version=latest, then ask for the build again"
                                + " by the annotation strata.dev/rebuild-requested-at");
    }

    @Test
    void aFailedBuildIsMadeAgainWhenWhatItWasTriedWithHasChanged() {
        Builds builds = new Builds().failed(1, "PushUnauthorized", Map.of(Wanted.INPUTS, "inputs"));
        assertThat(decide(builds)).isEqualTo(new BuildStep.Finish(newest(builds)));
        var repaired = new Wanted(KEY, "others", "", "");
        assertThat(BuildStep.decide(builds.observed(), repaired, Builds.BUILDER, false, END))
                .isEqualTo(new BuildStep.Create(2, 1));
        assertThat(BuildStep.decide(builds.observed(), repaired, Builds.BUILDER, true, END))
                .as("while suspended")
                .isEqualTo(new BuildStep.Finish(newest(builds)));
    }

    @Test
    void aBuildThatIsToBeTriedAgainIsMadeAtOnceWithOtherInputs() {
        Builds builds = new Builds()
                .failed(2, "RegistryUnreachable", Map.of(Wanted.INPUTS, "inputs", ImageBuildDesired.ATTEMPT, "2"));
        assertThat(BuildStep.decide(builds.observed(), new Wanted(KEY, "others", "", ""), Builds.BUILDER, false, END))
                .isEqualTo(new BuildStep.Create(3, 1));
    }
}
