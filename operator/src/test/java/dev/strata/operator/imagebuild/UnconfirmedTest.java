/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.END;
import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A builder says that it has pushed an image, which its registry does not show.
class UnconfirmedTest {
    private final Builds builds = new Builds().job(1, KEY, "Complete").pod(1, 0, "Completed", Builds.good());
    private final Job job = Objects.requireNonNull(builds.observed().newest());

    @Test
    void whatMayPassIsReconcilingForTenMinutes() {
        for (ProblemCode code : List.of(ProblemCode.RegistryUnreachable, ProblemCode.ImageNotFound)) {
            Condition soon = stalled(code, END.plusSeconds(590));
            assertThat(soon.getStatus()).isEqualTo("False");
            assertThat(soon.getMessage()).isEqualTo("it failed. Try: look");
        }
        assertThat(statuses(END.plusSeconds(590)).late(job)).isFalse();

        Condition late = stalled(ProblemCode.RegistryUnreachable, END.plusSeconds(600));
        assertThat(late.getStatus()).isEqualTo("True");
        assertThat(late.getReason()).isEqualTo("RegistryUnreachable");
        assertThat(statuses(END.plusSeconds(600)).late(job)).isTrue();
    }

    @Test
    void whatDoesNotPassIsStalledAtOnceAndSaysHowToBuildAgain() {
        for (ProblemCode code : List.of(ProblemCode.PullUnauthorized, ProblemCode.CredentialsInvalid)) {
            Condition stalled = stalled(code, END);
            assertThat(stalled.getStatus()).isEqualTo("True");
            assertThat(stalled.getMessage())
                    .startsWith("it failed. Try: look. ")
                    .endsWith("ask for the build again by the annotation strata.dev/rebuild-requested-at");
        }
    }

    private Condition stalled(ProblemCode code, Instant now) {
        List<Condition> conditions = Objects.requireNonNull(statuses(now)
                .unconfirmed(job, Problem.of(code, "it failed", "", "look"))
                .conditions());
        assertThat(conditions).extracting(Condition::getType).containsExactly("Ready", "Reconciling", "Stalled");
        assertThat(conditions.get(0).getStatus()).isEqualTo("False");
        assertThat(conditions.get(1).getStatus()).isNotEqualTo(conditions.get(2).getStatus());
        return conditions.get(2);
    }

    private ImageBuildStatuses statuses(Instant now) {
        return new ImageBuildStatuses(builds.build(), builds.observed(), now);
    }
}
