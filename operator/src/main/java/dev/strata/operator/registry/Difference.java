/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;

/// Whether an object already has what is wanted. The API server adds defaults and writes
/// quantities its own way, so
/// plain equality would never hold.
final class Difference {
    private Difference() {}

    /// Whether every field that `wanted` names has that value. Lists must have the same length.
    static boolean contains(JsonNode actual, JsonNode wanted) {
        if (wanted.isObject()) {
            return actual.isObject()
                    && wanted.properties().stream()
                            .allMatch(field -> field.getValue().isNull()
                                    || contains(actual.path(field.getKey()), field.getValue()));
        }
        if (wanted.isArray()) {
            if (!actual.isArray() || actual.size() != wanted.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!contains(actual.get(i), wanted.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return wanted.equals(actual)
                || (!actual.isMissingNode() && wanted.asText().equals(actual.asText()))
                || sameQuantity(actual.asText(), wanted.asText());
    }

    private static boolean sameQuantity(String actual, String wanted) {
        if (actual.isEmpty() || wanted.isEmpty() || wanted.length() > 20 || !Character.isDigit(wanted.charAt(0))) {
            return false;
        }
        try {
            return Quantity.getAmountInBytes(Quantity.parse(actual))
                            .compareTo(Quantity.getAmountInBytes(Quantity.parse(wanted)))
                    == 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
