/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.operator.condition.Faults;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.jspecify.annotations.Nullable;

/// What the API server answers about the objects of a build, as problems that a status can show.
final class ApiProblems {
    private ApiProblems() {}

    /// The problem of an answer to a build's objects; null when it says nothing about them.
    static @Nullable Problem refusal(KubernetesClientException e) {
        return switch (e.getCode()) {
            case 403 ->
                Problem.of(
                        ProblemCode.PodForbidden,
                        "the build's Job is refused: " + Faults.text(e),
                        "",
                        "check the namespace's quotas and policies");
            case 400, 413, 422 ->
                Problem.of(
                        ProblemCode.InvalidArgument,
                        "the API server refuses the build's objects: " + Faults.text(e),
                        "",
                        "correct the field of the ImageBuild that it names");
            default -> null;
        };
    }
}
