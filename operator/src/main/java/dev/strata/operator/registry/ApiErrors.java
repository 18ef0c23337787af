/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import io.fabric8.kubernetes.client.KubernetesClientException;

/// Answers of the API server that are not success.
final class ApiErrors {
    private ApiErrors() {}

    /// Whether the API server understood the request and refused it (403 Forbidden, 422
    /// Unprocessable): trying again at
    /// once does not help, and a person must be told.
    static boolean isRefusal(KubernetesClientException e) {
        return e.getCode() == 403 || e.getCode() == 422;
    }
}
