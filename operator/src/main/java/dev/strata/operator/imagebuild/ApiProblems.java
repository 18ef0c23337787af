/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.jspecify.annotations.Nullable;

/// What the API server answers, and any other fault of a reconcile, as problems that a status can show.
final class ApiProblems {
    private static final int LONGEST = 512;

    private ApiProblems() {}

    /// The problem of an answer to a build's objects; null when it says nothing about them.
    static @Nullable Problem refusal(KubernetesClientException e) {
        return switch (e.getCode()) {
            case 403 ->
                Problem.of(
                        ProblemCode.PodForbidden,
                        "the build's Job is refused: " + text(e),
                        "",
                        "check the namespace's quotas and policies");
            case 400, 413, 422 ->
                Problem.of(
                        ProblemCode.InvalidArgument,
                        "the API server refuses the build's objects: " + text(e),
                        "",
                        "correct the field of the ImageBuild that it names");
            default -> null;
        };
    }

    /// The problem of a reconcile that ended with a fault, and is tried again.
    static Problem fault(Exception e) {
        return Problem.of(
                ProblemCode.Internal,
                e instanceof KubernetesClientException k
                        ? "the API server answers: " + text(k)
                        : "the operator has met a fault: " + e.getClass().getSimpleName(),
                "",
                "the operator tries again by itself; its log says more");
    }

    private static String text(KubernetesClientException e) {
        String text = e.getStatus() == null || e.getStatus().getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getStatus().getMessage();
        String clean = text.replaceAll("\\p{C}+", " ").strip();
        return clean.length() > LONGEST ? clean.substring(0, LONGEST) + "..." : clean;
    }
}
