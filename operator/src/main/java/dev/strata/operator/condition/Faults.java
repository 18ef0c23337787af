/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.condition;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;

/// What ended a reconcile that is tried again, as a problem that a status can show.
public final class Faults {
    private static final int LONGEST = 512;

    private Faults() {}

    /// What the reconcile threw: the SDK wraps it where it counts reconciles.
    public static Exception thrown(Exception fault) {
        return fault instanceof OperatorException && fault.getCause() instanceof Exception cause ? cause : fault;
    }

    /// The problem of what [#thrown] gave.
    public static Problem problem(Exception fault) {
        if (fault instanceof StrataException e) {
            return e.problem();
        }
        return Problem.of(
                ProblemCode.Internal,
                fault instanceof KubernetesClientException e
                        ? "the API server answers: " + text(e)
                        : "the operator has met a fault: " + fault.getClass().getSimpleName(),
                "",
                "the operator tries again by itself; its log says more");
    }

    /// The server's own words where there are some, without control characters, at most 512.
    public static String text(KubernetesClientException e) {
        String text = e.getStatus() == null || e.getStatus().getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getStatus().getMessage();
        String clean = text.replaceAll("\\p{C}+", " ").strip();
        return clean.length() > LONGEST ? clean.substring(0, LONGEST) + "..." : clean;
    }
}
