/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.CONFIRMED;
import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static dev.strata.operator.imagebuild.Builds.WANTED;
import static dev.strata.operator.imagebuild.Builds.decide;
import static dev.strata.operator.imagebuild.Builds.newest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.report.BuildReport;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuildStepTest {
    /// Isolation is read off the pod itself, see [PodDifference].
    @Test
    void aJobsAnnotationOfItsModeDecidesNothing() {
        for (String mode : List.of("x", "", "AUTO")) {
            Builds builds = new Builds()
                    .job(1, KEY, null, Map.of(ImageBuildDesired.MODE, mode))
                    .pod(1);
            assertThat(decide(builds)).isInstanceOf(BuildStep.Wait.class);
        }
    }

    @Test
    void anImageThatTheBuilderDidNotReportIsConfirmedAnew() {
        Builds builds = new Builds()
                .job(1, KEY, "Complete", Map.of(ImageBuildDesired.CONFIRMED, "registry.example.com/evil@sha256:0"))
                .pod(1, 0, "Completed", Builds.good());
        assertThat(decide(builds))
                .isInstanceOfSatisfying(
                        BuildStep.Confirm.class,
                        confirm -> assertThat(confirm.image()).isEqualTo(Builds.IMAGE));
    }

    @Test
    void theFirstBuildIsMade() {
        assertThat(decide(new Builds())).isEqualTo(new BuildStep.Create(1, 1));
    }

    @Test
    void nothingIsMadeWhileSuspended() {
        assertThat(BuildStep.decide(new Builds().observed(), WANTED, Builds.BUILDER, true, END))
                .isEqualTo(new BuildStep.Rest());
        Builds overtaken = new Builds().job(1, "older", "Complete", CONFIRMED);
        assertThat(BuildStep.decide(overtaken.observed(), WANTED, Builds.BUILDER, true, END))
                .isEqualTo(new BuildStep.Rest());
    }

    @Test
    void theNumberGoesOnWhenNoJobIsLeft() {
        var builds = new Builds();
        builds.build().setStatus(new ImageBuildStatus(null, null, null, 7, null, null, null, null, null, null));
        assertThat(decide(builds)).isEqualTo(new BuildStep.Create(8, 1));
    }

    @Test
    void aRunningBuildOfTheSameKeyIsLeftAlone() {
        Builds builds = new Builds().job(1, KEY, null).pod(1);
        assertThat(decide(builds)).isEqualTo(new BuildStep.Wait(newest(builds)));
    }

    @Test
    void aRunningBuildIsReplacedByANewerKey() {
        Builds builds = new Builds().job(1, "older", null).pod(1);
        assertThat(decide(builds)).isEqualTo(new BuildStep.Replace(newest(builds), Trouble.superseded()));
        assertThat(BuildStep.decide(builds.observed(), WANTED, Builds.BUILDER, true, END))
                .as("while suspended it runs to its end")
                .isEqualTo(new BuildStep.Wait(newest(builds)));
    }

    /// The chart's policy admits no pod of another image, from the moment of the upgrade on.
    @Test
    void aBuildThatWaitsForAPodOfAnOlderBuilderIsMadeAnew() {
        for (Builds waits : List.of(
                new Builds().job(1, KEY, null),
                new Builds().job(1, KEY, null).podPending(1),
                new Builds().job(1, KEY, null).podLost(1),
                new Builds().job(1, KEY, null).pod(1, 137, "Error", null))) {
            for (boolean suspend : new boolean[] {false, true}) {
                assertThat(BuildStep.decide(waits.observed(), WANTED, "local/strata-builder:2", suspend, END))
                        .isEqualTo(new BuildStep.Replace(newest(waits), Trouble.outdated()));
            }
            assertThat(decide(waits)).as("of the same builder").isEqualTo(new BuildStep.Wait(newest(waits)));
        }
    }

    @Test
    void aBuildOfAnOlderBuilderThatRunsOrEndsIsLeftAlone() {
        var told = new BuildReport.Failure("InstructionFailed", "it failed", null, 4, 1, "", null);
        var report = new BuildReport(null, 0, List.of(), null, 1, 0, Map.of(), told);
        for (Builds builds : List.of(
                new Builds().job(1, KEY, null).pod(1),
                new Builds().job(1, KEY, null).pod(1, 0, "Completed", null),
                new Builds().job(1, KEY, null).pod(1, 1, "Error", report),
                new Builds().job(1, KEY, null).pod(1, 71, "Error", null),
                new Builds().job(1, KEY, "FailureTarget"),
                new Builds().job(1, KEY, null, Map.of(ImageBuildDesired.ENDED, "OutOfMemory")))) {
            assertThat(BuildStep.decide(builds.observed(), WANTED, "local/strata-builder:2", false, END))
                    .isEqualTo(new BuildStep.Wait(newest(builds)));
        }
    }

    @Test
    void anEndedBuildIsFollowedByOneOfANewerKey() {
        assertThat(decide(new Builds().job(3, "older", "Complete", CONFIRMED))).isEqualTo(new BuildStep.Create(4, 1));
    }

    @Test
    void aPodWithoutItsUserNamespaceIsGivenUp() {
        Builds builds = new Builds().job(1, KEY, null).podOnHost(1);
        assertThat(decide(builds)).isEqualTo(new BuildStep.GiveUp(newest(builds), ProblemCode.IsolationUnavailable));
    }

    @Test
    void aBuilderOutOfMemoryIsGivenUpAndNotTriedAgain() {
        Builds builds = new Builds().job(1, KEY, null).pod(1, 137, "OOMKilled", null);
        assertThat(decide(builds)).isEqualTo(new BuildStep.GiveUp(newest(builds), ProblemCode.OutOfMemory));
        Builds ended = new Builds().job(1, KEY, "Failed").pod(1, 137, "OOMKilled", null);
        assertThat(BuildStep.decide(ended.observed(), WANTED, Builds.BUILDER, false, END.plusSeconds(3600)))
                .isEqualTo(new BuildStep.Finish(newest(ended)));
    }

    @Test
    void aBuilderThatToldOfItsKilledCommandKeepsItsPod() {
        var failure = new BuildReport.Failure("InstructionFailed", "it failed", null, 4, 137, "", null);
        var report = new BuildReport(null, 0, List.of(), null, 1, 0, Map.of(), failure);
        Builds builds = new Builds().job(1, KEY, null).pod(1, 1, "OOMKilled", report);
        assertThat(decide(builds)).isNotInstanceOf(BuildStep.GiveUp.class);
    }

    @Test
    void anImageIsConfirmedBeforeItsJobIsComplete() {
        Builds builds = new Builds().job(1, KEY, null).pod(1, 0, "Completed", Builds.good());
        assertThat(decide(builds)).isEqualTo(new BuildStep.Confirm(newest(builds), Builds.IMAGE));
    }

    @Test
    void aConfirmedBuildIsFinished() {
        Builds builds = new Builds().job(1, KEY, null, CONFIRMED).pod(1, 0, "Completed", Builds.good());
        assertThat(decide(builds)).isEqualTo(new BuildStep.Finish(newest(builds)));
    }

    @Test
    void aBuilderThatEndsWellWithoutAReportHasMadeNothing() {
        Builds running = new Builds().job(1, KEY, null).pod(1, 0, "Completed", null);
        assertThat(decide(running)).isEqualTo(new BuildStep.Wait(newest(running)));
    }

    @Test
    void aGoodBuildIsNotMadeAgainForOtherInputs() {
        var good = Map.of(Wanted.INPUTS, "inputs", ImageBuildDesired.CONFIRMED, Builds.IMAGE);
        Builds builds = new Builds().job(1, KEY, "Complete", good);
        assertThat(BuildStep.decide(builds.observed(), new Wanted(KEY, "others", "", ""), Builds.BUILDER, false, END))
                .isEqualTo(new BuildStep.Finish(newest(builds)));
        Builds unconfirmed = new Builds()
                .job(1, KEY, "Complete", Map.of(Wanted.INPUTS, "inputs"))
                .pod(1, 0, "Completed", Builds.good());
        assertThat(BuildStep.decide(
                        unconfirmed.observed(), new Wanted(KEY, "others", "", ""), Builds.BUILDER, false, END))
                .isEqualTo(new BuildStep.Confirm(newest(unconfirmed), Builds.IMAGE));
    }

    @Test
    void aRequestMakesOneMoreBuildOfAGoodOrFailedOne() {
        var requested = new Wanted(KEY, "inputs", "now", "");
        Builds good = new Builds().job(1, KEY, "Complete", CONFIRMED);
        assertThat(BuildStep.decide(good.observed(), requested, Builds.BUILDER, false, END))
                .isEqualTo(new BuildStep.Create(2, 1));
        good.job(2, KEY, "Complete", Map.of(Wanted.REBUILD_REQUESTED, "now", ImageBuildDesired.CONFIRMED, "i"));
        assertThat(BuildStep.decide(good.observed(), requested, Builds.BUILDER, false, END))
                .isEqualTo(new BuildStep.Finish(newest(good)));
        assertThat(decide(good)).as("the annotation is removed").isEqualTo(new BuildStep.Finish(newest(good)));
        Builds failed = new Builds().failed(1, "InstructionFailed", Map.of(Wanted.REBUILD_REQUESTED, "before"));
        assertThat(BuildStep.decide(failed.observed(), requested, Builds.BUILDER, false, END))
                .isEqualTo(new BuildStep.Create(2, 1));
        Builds running = new Builds().job(1, KEY, null).pod(1);
        assertThat(BuildStep.decide(running.observed(), requested, Builds.BUILDER, false, END))
                .as("it waits for the running build")
                .isEqualTo(new BuildStep.Wait(newest(running)));
    }

    @Test
    void retentionKeepsTheNewestOfEachKind() {
        Builds builds = new Builds("{succeeded: 1, failed: 0}")
                .job(1, "a", "Complete", CONFIRMED)
                .job(2, "b", "Complete", CONFIRMED)
                .failed(3, "InstructionFailed")
                .failed(4, "InstructionFailed");
        List<Job> spare = BuildJobs.spare(builds.build(), builds.observed());
        assertThat(spare).extracting(ImageBuildObserved::number).containsExactly(3, 1);
    }

    @Test
    void retentionNeverRemovesARunningBuild() {
        Builds builds =
                new Builds("{succeeded: 0, failed: 0}").job(1, "a", null).job(2, "b", null);
        assertThat(BuildJobs.spare(builds.build(), builds.observed())).isEmpty();
    }

    @Test
    void aJobOfAnotherOwnerIsNotOurs() {
        Builds other = new Builds().job(1, KEY, null);
        other.build().getMetadata().setUid("ffffffff-0000-0000-0000-000000000000");
        assertThat(decide(other)).isEqualTo(new BuildStep.Create(1, 1));
    }

    @Test
    void aJobThatOnlyNamesTheUidIsNotOurs() {
        for (int wrong = 0; wrong < 4; wrong++) {
            Builds builds = new Builds().job(1, KEY, null);
            OwnerReference owner =
                    newest(builds).getMetadata().getOwnerReferences().getFirst();
            switch (wrong) {
                case 0 -> owner.setKind("ConfigMap");
                case 1 -> owner.setApiVersion("other.dev/v1");
                case 2 -> owner.setController(null);
                default -> owner.setUid("ffffffff-0000-0000-0000-000000000000");
            }
            assertThat(decide(builds)).isEqualTo(new BuildStep.Create(1, 1));
        }
    }
}
