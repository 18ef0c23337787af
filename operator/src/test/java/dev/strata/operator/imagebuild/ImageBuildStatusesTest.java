/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.report.BuildReport;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ImageBuildStatusesTest {
    private static final Map<String, String> CONFIRMED = Map.of(ImageBuildDesired.CONFIRMED, Builds.IMAGE);

    @Test
    void aConfirmedImageIsReadyBeforeItsJobIsComplete() {
        Builds builds = new Builds().job(1, KEY, null, CONFIRMED).pod(1, 0, "Completed", Builds.good());
        ImageBuildStatus status = builds.statuses().finished(newest(builds), null);
        assertThat(words(status)).containsExactly("Ready True", "Reconciling False", "Stalled False");
        assertThat(status.image())
                .isEqualTo(new ImageBuildStatus.Image(Builds.IMAGE, "sha256:" + "a".repeat(64), 1234L));
        assertThat(status.history()).singleElement().satisfies(run -> {
            assertThat(run.result()).isEqualTo("Succeeded");
            assertThat(run.image()).isEqualTo(Builds.IMAGE);
            assertThat(run.finished()).isEqualTo("2026-01-01T00:09:57Z");
        });
        assertThat(Objects.requireNonNull(status.lastSuccessfulBuild()).duration())
                .isEqualTo("9m57s");
        assertThat(status.observedGeneration()).isEqualTo(3);
    }

    @Test
    void aGoodBuildStaysReadyWhileItsSourceCannotBeLookedUp() {
        Builds builds = new Builds().job(1, KEY, "Complete", CONFIRMED).pod(1, 0, "Completed", Builds.good());
        ImageBuildStatus status = builds.statuses()
                .finished(newest(builds), Problem.of(ProblemCode.GitUnreachable, "no answer", "", "check it"));
        assertThat(words(status)).containsExactly("Ready True", "Reconciling False", "Stalled False");
        assertThat(ready(status).getMessage())
                .isEqualTo("build 1 is in the registry; since then its source could not be looked up:"
                        + " GitUnreachable, no answer. Try: check it");
    }

    @Test
    void anImageThatTheRegistryDoesNotShowIsNotReady() {
        Builds builds = new Builds().job(1, KEY, "Complete").pod(1, 0, "Completed", Builds.good());
        ImageBuildStatus status = builds.statuses()
                .unconfirmed(newest(builds), Problem.of(ProblemCode.ImageNotFound, "not there", "", "look"));
        assertThat(words(status)).containsExactly("Ready False", "Reconciling True", "Stalled False");
        assertThat(ready(status).getReason()).isEqualTo("ImageNotFound");
        assertThat(ready(status).getMessage()).contains("not there").endsWith(". Try: look");
        assertThat(status.image()).isNull();
        assertThat(status.lastSuccessfulBuild()).isNull();
        assertThat(status.history()).singleElement().satisfies(run -> {
            assertThat(run.result()).isEqualTo("Unconfirmed");
            assertThat(run.image()).isNull();
        });
    }

    @Test
    void aBuilderThatEndedWellWithoutAReportHasFailed() {
        Builds builds = new Builds().job(1, KEY, "Complete").pod(1, 0, "Completed", null);
        ImageBuildStatus status = builds.statuses().finished(newest(builds), null);
        assertThat(words(status)).containsExactly("Ready False", "Reconciling False", "Stalled True");
        assertThat(status.history())
                .singleElement()
                .satisfies(run -> assertThat(run.result()).isEqualTo("Failed"));
    }

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

    @Test
    void anImageThatTheJobDidNotMakeIsNotReady() {
        Builds failed = new Builds().job(1, KEY, "Failed", CONFIRMED).pod(1, 1, "Error", null);
        assertThat(words(failed.statuses().finished(newest(failed), null))).startsWith("Ready False");
        assertThat(failed.statuses().finished(newest(failed), null).image()).isNull();

        Builds other = new Builds()
                .job(1, KEY, "Complete", Map.of(ImageBuildDesired.CONFIRMED, "registry.example.com/evil@sha256:0"))
                .pod(1, 0, "Completed", Builds.good());
        assertThat(other.statuses().finished(newest(other), null).image()).isNull();
    }

    @Test
    void withItsPodGoneAnImageStaysThatTheStatusHasNamed() {
        Builds first = new Builds().job(1, KEY, "Complete", CONFIRMED).pod(1, 0, "Completed", Builds.good());
        ImageBuildStatus status = first.statuses().finished(newest(first), null);
        Builds later = new Builds().job(1, KEY, "Complete", CONFIRMED);
        assertThat(later.statuses().finished(newest(later), null).image()).isNull();
        later.build().setStatus(status);
        assertThat(later.statuses().finished(newest(later), null).image()).isEqualTo(status.image());
        assertThat(words(later.statuses().finished(newest(later), null))).startsWith("Ready True");
    }

    @Test
    void annotationsThatNameNothingAreNotBelieved() {
        Builds builds = new Builds()
                .job(1, KEY, "Failed", Map.of(ImageBuildDesired.MODE, "x", ImageBuildDesired.ENDED, "x"))
                .pod(1, 9, "Error", null);
        ImageBuildStatus status = builds.statuses().finished(newest(builds), null);
        assertThat(ready(status).getReason()).isEqualTo("PodFailed");
        assertThat(status.isolationMode()).isNull();
    }

    @Test
    void aBuildThatIsTriedAgainSaysWhen() {
        Builds builds = new Builds().failed(2, "RegistryUnreachable");
        ImageBuildStatus status = builds.statuses().retrying(newest(builds), END.plusSeconds(30));
        assertThat(words(status)).containsExactly("Ready False", "Reconciling True", "Stalled False");
        assertThat(ready(status).getReason()).isEqualTo("RegistryUnreachable");
        assertThat(ready(status).getMessage()).isEqualTo("it failed. Build 3 tries again at 2026-01-01T00:10:30Z");
    }

    @Test
    void whatMayMendItselfIsReconciledAndTheRestIsStalled() {
        ImageBuildStatuses statuses = new Builds().statuses();
        assertThat(words(statuses.refused(Problem.of(ProblemCode.RegistryNotReady, "w", "", ""))))
                .containsExactly("Ready False", "Reconciling True", "Stalled False");
        assertThat(words(statuses.refused(Problem.of(ProblemCode.IsolationUnavailable, "w", "", ""))))
                .containsExactly("Ready False", "Reconciling False", "Stalled True");
    }

    @Test
    void aQueuedBuildIsReconciledAndASuspendedOneRests() {
        ImageBuildStatuses statuses = new Builds().statuses();
        assertThat(words(statuses.idle("Queued", "waits")))
                .containsExactly("Ready False", "Reconciling True", "Stalled False");
        assertThat(words(statuses.idle("Suspended", "rests")))
                .containsExactly("Ready False", "Reconciling False", "Stalled False");
    }

    @Test
    void aRunningBuildNamesItsTrouble() {
        Builds builds = new Builds().job(1, KEY, null).pod(1);
        Job job = newest(builds);
        assertThat(ready(builds.statuses().running(job, null, null)).getReason())
                .isEqualTo("Building");
        ImageBuildStatus stuck = builds.statuses().running(job, null, new Trouble("Unschedulable", "no node"));
        assertThat(ready(stuck).getReason()).isEqualTo("Unschedulable");
        assertThat(ready(stuck).getMessage()).isEqualTo("no node");
    }

    private static Job newest(Builds builds) {
        return Objects.requireNonNull(builds.observed().newest());
    }

    private static Condition ready(ImageBuildStatus status) {
        return Objects.requireNonNull(status.conditions()).getFirst();
    }

    private static List<String> words(ImageBuildStatus status) {
        return Objects.requireNonNull(status.conditions()).stream()
                .map(condition -> condition.getType() + " " + condition.getStatus())
                .toList();
    }
}
