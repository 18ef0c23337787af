/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Somebody has removed the Job of a build that was good.
class RemovedJobTest {
    private static final Map<String, String> CONFIRMED = Map.of(ImageBuildDesired.CONFIRMED, Builds.IMAGE);

    @Test
    void theImageIsNotBuiltAgainAndStaysReady() {
        Builds builds = removed(good(2, ""), new Builds());
        assertThat(decide(builds, "")).isEqualTo(new BuildStep.Keep());
        ImageBuildStatus before = builds.build().getStatus();
        ImageBuildStatus status = builds.statuses().kept(null);
        Condition ready = Objects.requireNonNull(status.conditions()).getFirst();
        assertThat(ready.getStatus()).isEqualTo("True");
        assertThat(ready.getMessage()).isEqualTo("build 2 is in the registry");
        assertThat(status.image()).isNotNull().isEqualTo(before.image());
        assertThat(status.lastSuccessfulBuild()).isEqualTo(before.lastSuccessfulBuild());
        assertThat(status.buildNumber()).isEqualTo(2);
        assertThat(status.history()).isEmpty();
        assertThat(LeftRequests.vanished(builds.build(), builds.observed())).containsExactly("app-2-01234");
    }

    @Test
    void norWhileItIsBeingRemoved() {
        Builds builds = removed(good(2, ""), good(2, ""));
        Objects.requireNonNull(builds.observed().newest()).getMetadata().setDeletionTimestamp(END.toString());
        assertThat(decide(builds, "")).isEqualTo(new BuildStep.Keep());
        assertThat(LeftRequests.vanished(builds.build(), builds.observed())).isEmpty();
    }

    @Test
    void anOlderBuildTakesItsPlaceInNothing() {
        Builds older = new Builds().failed(1, "InstructionFailed");
        Builds builds = removed(good(2, ""), older);
        assertThat(decide(builds, "")).isEqualTo(new BuildStep.Keep());
        assertThat(builds.statuses().kept(null).lastFailure()).isNull();

        Builds good = removed(good(2, ""), good(1, ""));
        for (ImageBuildStatus status : new ImageBuildStatus[] {
            good.statuses().kept(null), good.statuses().idle(ImageBuildStatuses.QUEUED, "waits")
        }) {
            assertThat(status.buildNumber()).isEqualTo(2);
            assertThat(status.lastSuccessfulBuild())
                    .isEqualTo(good.build().getStatus().lastSuccessfulBuild());
        }
    }

    @Test
    void anotherKeyOrAnotherRequestMakesABuild() {
        Builds builds = removed(good(2, "first"), new Builds());
        assertThat(decide(builds, "")).isEqualTo(new BuildStep.Keep());
        assertThat(decide(builds, "first")).isEqualTo(new BuildStep.Keep());
        assertThat(decide(builds, "second")).isEqualTo(new BuildStep.Create(3, 1));
        assertThat(BuildStep.decide(
                        builds.observed(), new Wanted("newer", "", "first", ""), Builds.BUILDER, false, END))
                .isEqualTo(new BuildStep.Create(3, 1));
    }

    @Test
    void aLaterBuildThatWasRemovedWasNotThatOne() {
        Builds failed = good(2, "").failed(3, "InstructionFailed");
        Builds builds = removed(failed, new Builds());
        assertThat(builds.build().getStatus().buildNumber()).isEqualTo(3);
        assertThat(decide(builds, "")).isEqualTo(new BuildStep.Create(4, 1));
    }

    private static Builds good(int number, String request) {
        var annotations = new LinkedHashMap<>(CONFIRMED);
        annotations.put(Wanted.REBUILD_REQUESTED, request);
        return new Builds().job(number, KEY, "Complete", annotations).pod(number, 0, "Completed", Builds.good());
    }

    /// @return `after` with the status that was written before
    private static Builds removed(Builds before, Builds after) {
        var newest = Objects.requireNonNull(before.observed().newest());
        after.build().setStatus(before.statuses().finished(newest, null));
        return after;
    }

    private static BuildStep decide(Builds builds, String request) {
        return BuildStep.decide(builds.observed(), new Wanted(KEY, "", request, ""), Builds.BUILDER, false, END);
    }
}
