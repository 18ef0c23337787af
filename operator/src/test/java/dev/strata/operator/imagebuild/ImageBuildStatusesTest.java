/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.CONFIRMED;
import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static dev.strata.operator.imagebuild.Builds.newest;
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

    static Condition ready(ImageBuildStatus status) {
        return Objects.requireNonNull(status.conditions()).getFirst();
    }

    static List<String> words(ImageBuildStatus status) {
        return Objects.requireNonNull(status.conditions()).stream()
                .map(condition -> condition.getType() + " " + condition.getStatus())
                .toList();
    }
}
