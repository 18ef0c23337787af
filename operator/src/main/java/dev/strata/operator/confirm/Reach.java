/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.confirm;

/// Which servers are asked.
public enum Reach {
    /// Over https, and none of the operator's own pod and link.
    REMOTE,

    /// Also those of the operator's loopback, over plain http: for an operator outside a pod.
    LOOPBACK_TOO
}
