/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import io.fabric8.kubernetes.client.KubernetesClientException;

/// Answers of the API server that are not success, and any other fault of a reconcile.
final class ApiErrors {
    private ApiErrors() {}

    /// Whether the API server understood the request and refused it (403 Forbidden, 422
    /// Unprocessable): trying again at
    /// once does not help, and a person must be told.
    static boolean isRefusal(KubernetesClientException e) {
        return e.getCode() == 403 || e.getCode() == 422;
    }

    /// Why a reconcile ended with that fault.
    static Problem problem(Exception fault) {
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

    /// The server's own words where there are some.
    static String text(KubernetesClientException e) {
        if (e.getStatus() != null && e.getStatus().getMessage() != null) {
            return e.getStatus().getMessage();
        }
        return String.valueOf(e.getMessage());
    }
}
