/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A build that is over for the Job controller, whose pod is on a node that does not answer.
class EndingBuildTest {
    @Test
    void aPodThatIsBeingDeletedIsNamedWithItsNode() {
        Builds builds = new Builds().job(1, KEY, null).pod(1);
        Pod pod = pod(builds);
        assertThat(trouble(builds)).isNull();
        pod.getMetadata().setDeletionTimestamp(END.toString());
        assertThat(trouble(builds))
                .isEqualTo(new Trouble(
                        "Ending",
                        "the build is being ended and waits until its pod pod-1 on node lost has stopped."
                                + " Try: look whether the node is Ready, where this stays"));
    }

    @Test
    void aDeadlineThatIsOverIsTold() {
        Builds builds = new Builds().job(1, KEY, "FailureTarget").pod(1);
        pod(builds);
        newest(builds).getStatus().getConditions().getFirst().setReason("DeadlineExceeded");
        assertThat(Objects.requireNonNull(trouble(builds)).message())
                .startsWith("the build is being ended (DeadlineExceeded) and waits until its pod pod-1 on node lost");
    }

    @Test
    void aPodThatHasStoppedHoldsNothingUp() {
        Builds builds = new Builds().job(1, KEY, "FailureTarget").pod(1, 1, "Error", null);
        pod(builds).getMetadata().setDeletionTimestamp(END.toString());
        assertThat(trouble(builds)).isNull();
    }

    private static Pod pod(Builds builds) {
        Pod pod = builds.observed().pods().getFirst();
        pod.getSpec().setNodeName("lost");
        return pod;
    }

    private static @Nullable Trouble trouble(Builds builds) {
        return Trouble.of(builds.observed(), newest(builds));
    }

    private static Job newest(Builds builds) {
        return Objects.requireNonNull(builds.observed().newest());
    }
}
