/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The password of a Registry has changed; its registry knows it later than the Secret for pushing.
class ChangedPasswordTest {
    @Test
    void aPushThatWasRefusedIsTriedAgain() {
        Builds builds = new Builds().failed(1, "PushUnauthorized");
        assertThat(decide(ofRegistry(builds), END)).isEqualTo(new BuildStep.Retry(newest(builds), END.plusSeconds(30)));
        assertThat(decide(ofRegistry(builds), END.plusSeconds(30))).isEqualTo(new BuildStep.Create(2, 2));
    }

    @Test
    void butNotForEver() {
        var last = Map.of(ImageBuildDesired.ATTEMPT, String.valueOf(Retries.MOST));
        Builds builds = new Builds().failed(4, "PushUnauthorized", last);
        assertThat(decide(ofRegistry(builds), END.plusSeconds(86400))).isEqualTo(new BuildStep.Finish(newest(builds)));
    }

    @Test
    void otherRefusalsAreFinalAsEverywhere() {
        Builds builds = new Builds().failed(1, "PullUnauthorized");
        assertThat(decide(ofRegistry(builds), END)).isEqualTo(new BuildStep.Finish(newest(builds)));
    }

    private static Builds ofRegistry(Builds builds) {
        builds.build().setSpec(Serialization.unmarshal("""
                source: {inline: {files: {Dockerfile: FROM scratch}}}
                output: {registryRef: {name: images}, repository: app}
                """, ImageBuildSpec.class));
        return builds;
    }

    private static BuildStep decide(Builds builds, Instant now) {
        return BuildStep.decide(builds.observed(), new Wanted(KEY, "", "", ""), Builds.BUILDER, false, now);
    }

    private static Job newest(Builds builds) {
        return Objects.requireNonNull(builds.observed().newest());
    }
}
