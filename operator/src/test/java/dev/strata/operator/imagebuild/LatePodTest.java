/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The informer of the Jobs is ahead of that of the pods.
class LatePodTest {
    @Test
    void aJobThatIsOverAsTheInformerKeepsItWaitsForItsPodsEnd() {
        for (Builds builds : new Builds[] {
            new Builds().job(1, KEY, "Complete").pod(1),
            new Builds().job(1, KEY, "Failed").podPending(1)
        }) {
            ImageBuildObserved observed = builds.observed();
            Job job = Objects.requireNonNull(observed.newest());
            new SlimStore<Job>().put("team/app", job);
            assertThat(job.getSpec().getTemplate()).isNull();
            for (String builder : new String[] {Builds.BUILDER, "local/strata-builder:2"}) {
                assertThat(BuildStep.decide(observed, new Wanted(KEY, "", "", ""), builder, false, END))
                        .isEqualTo(new BuildStep.Wait(job));
            }
        }
    }
}
