/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

/// Whether something works on this node.
///
/// @param reason one CamelCase word
record Ready(boolean ready, String reason) {
    static Ready yes(String reason) {
        return new Ready(true, reason);
    }

    static Ready no(String reason) {
        return new Ready(false, reason);
    }
}
