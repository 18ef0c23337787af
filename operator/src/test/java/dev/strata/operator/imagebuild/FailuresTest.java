/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.CONFIRMED;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static dev.strata.operator.imagebuild.Builds.newest;
import static dev.strata.operator.imagebuild.ImageBuildStatusesTest.ready;
import static dev.strata.operator.imagebuild.ImageBuildStatusesTest.words;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.report.BuildReport;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What a status tells of a failed build.
class FailuresTest {
    @Test
    void aFailureIsToldInTheBuildersWordsAndKeepsTheLastGoodImage() {
        Builds builds = new Builds()
                .job(1, "older", "Complete", CONFIRMED)
                .pod(1, 0, "Completed", Builds.good())
                .failed(2, "InstructionFailed");
        ImageBuildStatus status = builds.statuses().finished(newest(builds), null);
        assertThat(words(status)).containsExactly("Ready False", "Reconciling False", "Stalled True");
        assertThat(ready(status).getReason()).isEqualTo("InstructionFailed");
        assertThat(Objects.requireNonNull(status.lastFailure()).line()).isEqualTo(4);
        assertThat(Objects.requireNonNull(status.image()).reference()).isEqualTo(Builds.IMAGE);
        assertThat(status.buildNumber()).isEqualTo(2);
    }

    @Test
    void aCommandThatWasKilledForMemoryIsToldAsSuchWithItsLineAndItsDebugImage() {
        for (String end : new String[] {"OOMKilled", "Error"}) {
            var failure = new BuildReport.Failure("InstructionFailed", "it failed", "RUN make", 4, 137, "", "debug");
            Builds builds = new Builds()
                    .job(1, KEY, "Failed")
                    .pod(1, 1, end, new BuildReport(null, 0, List.of(), null, 1, 0, Map.of(), failure));
            ImageBuildStatus status = builds.statuses().finished(newest(builds), null);
            String reason = end.equals("OOMKilled") ? "OutOfMemory" : "InstructionFailed";
            assertThat(ready(status).getReason()).isEqualTo(reason);
            ImageBuildStatus.Failure told = Objects.requireNonNull(status.lastFailure());
            assertThat(told.reason()).isEqualTo(reason);
            assertThat(told.line()).isEqualTo(4);
            assertThat(told.debugImage()).isEqualTo("debug");
        }
    }

    @Test
    void aReasonThatThisOperatorDoesNotKnowIsInternal() {
        Builds builds = new Builds().failed(1, "made up: by a builder");
        ImageBuildStatus status = builds.statuses().finished(newest(builds), null);
        assertThat(ready(status).getReason()).isEqualTo("Internal");
        assertThat(ready(status).getMessage()).isEqualTo("it failed");
        assertThat(Objects.requireNonNull(status.lastFailure()).reason()).isEqualTo("Internal");
    }

    @Test
    void theLastFailureStaysUntilABuildSucceeds() {
        Builds builds = new Builds()
                .failed(1, "InstructionFailed")
                .job(2, "newer", null)
                .pod(2);
        ImageBuildStatus running = builds.statuses().running(newest(builds), null, null);
        assertThat(Objects.requireNonNull(running.lastFailure()).number()).isEqualTo(1);
        assertThat(running.lastFailure().reason()).isEqualTo("InstructionFailed");

        Builds pruned = new Builds().job(2, "newer", null).pod(2);
        pruned.build().setStatus(running);
        ImageBuildStatus still = pruned.statuses().running(newest(pruned), null, null);
        assertThat(still.lastFailure()).isEqualTo(running.lastFailure());

        Builds good = new Builds()
                .failed(1, "InstructionFailed")
                .job(2, "newer", "Complete", CONFIRMED)
                .pod(2, 0, "Completed", Builds.good());
        good.build().setStatus(running);
        assertThat(good.statuses().finished(newest(good), null).lastFailure()).isNull();
    }

    @Test
    void aFailureThatWasToldStaysWhenItsPodIsGone() {
        Builds builds = new Builds().failed(1, "InstructionFailed");
        ImageBuildStatus told = builds.statuses().finished(newest(builds), null);
        Builds gone = new Builds().failedJob(1, "PodFailurePolicy", Map.of());
        gone.build().setStatus(told);
        ImageBuildStatus status = gone.statuses().finished(newest(gone), null);
        assertThat(ready(status).getReason()).isEqualTo("InstructionFailed");
        assertThat(status.lastFailure()).isEqualTo(told.lastFailure());
    }

    @Test
    void anEndWithoutAReportNamesTheStepThatWasSeenLast() {
        var progress = new ImageBuildStatus.Progress(2, 5, "RUN make", "build", 7);
        Builds running = new Builds().job(1, KEY, null).pod(1);
        running.build().setStatus(running.statuses().running(newest(running), progress, null));
        ImageBuildStatus seen = running.statuses().refused(Problem.of(ProblemCode.Internal, "w", "", ""));
        assertThat(seen.progress())
                .as("a fault of the operator forgets nothing")
                .isEqualTo(progress);

        Builds ended = new Builds().failedJob(1, "DeadlineExceeded", Map.of());
        ended.build().setStatus(seen);
        ImageBuildStatus status = ended.statuses().finished(newest(ended), null);
        assertThat(ready(status).getReason()).isEqualTo("Timeout");
        assertThat(Objects.requireNonNull(status.lastFailure()).step()).isEqualTo("[build 2/5] RUN make");
        assertThat(status.lastFailure().line()).isEqualTo(7);
        assertThat(status.progress()).isNull();

        Builds next =
                new Builds().failedJob(1, "DeadlineExceeded", Map.of()).failedJob(2, "DeadlineExceeded", Map.of());
        next.build().setStatus(seen);
        assertThat(Objects.requireNonNull(
                                next.statuses().finished(newest(next), null).lastFailure())
                        .step())
                .as("that was the step of another build")
                .isNull();
    }
}
