/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A pod that was not isolated as asked. Mending the nodes or a webhook changes nothing that the operator sees.
class NotIsolatedTest {
    @Test
    void theMessageSaysHowToStartAgainAfterMending() {
        for (Builds builds : List.of(
                new Builds().job(1, KEY, "Failed").pod(1, 71, "Error", null),
                new Builds()
                        .failedJob(
                                1,
                                "DeadlineExceeded",
                                Map.of(
                                        ImageBuildDesired.ENDED,
                                        "IsolationUnavailable",
                                        ImageBuildDesired.ENDED_BY,
                                        "spec.hostUsers")))) {
            ImageBuildStatus.Failure failure = builds.statuses()
                    .finished(Objects.requireNonNull(builds.observed().newest()), null)
                    .lastFailure();
            assertThat(Objects.requireNonNull(failure).reason()).isEqualTo("IsolationUnavailable");
            assertThat(failure.message())
                    .endsWith(", then ask for the build again by the annotation strata.dev/rebuild-requested-at");
        }
    }
}
