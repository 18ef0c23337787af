/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Somebody has pushed a commit and asks for a build of it at once.
class RequestedLookupTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String URL = "https://git.example.com/app";

    private int asked;
    private String commit = "a".repeat(40);
    private boolean up = true;
    private final Sources sources = new Sources(
            (_, _) -> {
                asked++;
                if (!up) {
                    throw new StrataException(Problem.of(ProblemCode.GitUnreachable, "no answer", "", ""));
                }
                return commit;
            },
            new Aside<>(1, 1, Runnable::run, _ -> {}),
            (_, _) -> "1",
            Duration.ofMinutes(5));

    @Test
    void aNewRequestTakesNoCommitThatWasLookedUpBefore() {
        assertThat(find("", 0).commit()).isEqualTo(commit);
        commit = "b".repeat(40);
        assertThat(find("", 10).commit()).isEqualTo("a".repeat(40));
        assertThat(find("now", 11).commit()).isEqualTo(commit);
        find("now", 12);
        assertThat(asked).as("once for each request").isEqualTo(2);
    }

    @Test
    void aNewRequestIsTriedAtOnceAfterAnOutage() {
        up = false;
        assertThat(find("", 0).outage()).isNotNull();
        up = true;
        assertThat(find("", 1).outage()).isNotNull();
        assertThat(find("now", 2).commit()).isEqualTo(commit);
    }

    private Sources.Found find(String request, int second) {
        ImageBuild build = Serialization.unmarshal("""
                apiVersion: strata.dev/v1alpha1
                kind: ImageBuild
                metadata:
                  name: app
                  namespace: team
                  uid: 01234567-89ab-cdef-0123-456789abcdef
                  annotations: {strata.dev/rebuild-requested-at: "%s"}
                spec:
                  source: {git: {url: "%s", revision: main}}
                  output: {image: registry.example.com/app}
                """.formatted(request, URL), ImageBuild.class);
        Builds earlier = new Builds()
                .job(
                        1,
                        Builds.KEY,
                        "Complete",
                        Map.of(Wanted.SOURCE, URL + " main", ImageBuildDesired.REVISION, "c".repeat(40)));
        return Objects.requireNonNull(sources.find(build, earlier.observed(), NOW.plusSeconds(second)));
    }
}
