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
        ImageBuildStatus status = builds.statuses().finished(newest(builds));
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
    void anImageThatTheRegistryDoesNotShowIsNotReady() {
        Builds builds = new Builds().job(1, KEY, "Complete").pod(1, 0, "Completed", Builds.good());
        ImageBuildStatus status = builds.statuses()
                .unconfirmed(newest(builds), Problem.of(ProblemCode.ImageNotFound, "not there", "", "look"));
        assertThat(words(status)).containsExactly("Ready False", "Reconciling True", "Stalled False");
        assertThat(ready(status).getReason()).isEqualTo("ImageNotFound");
        assertThat(ready(status).getMessage()).contains("not there").endsWith(". Try: look");
        assertThat(status.image()).isNull();
        assertThat(status.lastSuccessfulBuild()).isNull();
    }

    @Test
    void aFailureIsToldInTheBuildersWordsAndKeepsTheLastGoodImage() {
        Builds builds = new Builds()
                .job(1, "older", "Complete", CONFIRMED)
                .pod(1, 0, "Completed", Builds.good())
                .failed(2, "InstructionFailed");
        ImageBuildStatus status = builds.statuses().finished(newest(builds));
        assertThat(words(status)).containsExactly("Ready False", "Reconciling False", "Stalled True");
        assertThat(ready(status).getReason()).isEqualTo("InstructionFailed");
        assertThat(Objects.requireNonNull(status.lastFailure()).line()).isEqualTo(4);
        assertThat(Objects.requireNonNull(status.image()).reference()).isEqualTo(Builds.IMAGE);
        assertThat(status.buildNumber()).isEqualTo(2);
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
