/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.condition;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes and merges conditions; types follow kstatus (`Ready`, `Reconciling`, `Stalled`).
public final class Conditions {
    public static final String READY = "Ready";
    public static final String RECONCILING = "Reconciling";
    public static final String STALLED = "Stalled";

    /// Longest message the Kubernetes API convention allows, in characters.
    private static final int MAX_MESSAGE = 32768;

    private Conditions() {}

    /// A condition without its time, which [#merge] sets.
    ///
    /// @param generation the generation of the spec that this was found for
    public static Condition of(String type, Truth status, String reason, String message, long generation) {
        var condition = new Condition();
        condition.setType(type);
        condition.setStatus(status.word());
        condition.setReason(reason);
        condition.setMessage(message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message);
        condition.setObservedGeneration(generation);
        return condition;
    }

    /// `wanted` in its order, each with the transition time of the old condition of that type when the status is the
    /// same, else `now`.
    public static List<Condition> merge(@Nullable List<Condition> old, List<Condition> wanted, Instant now) {
        var merged = new ArrayList<Condition>();
        for (Condition condition : wanted) {
            Condition before = find(old, condition.getType());
            boolean same = before != null
                    && condition.getStatus().equals(before.getStatus())
                    && before.getLastTransitionTime() != null;
            condition.setLastTransitionTime(
                    same && before != null
                            ? before.getLastTransitionTime()
                            : now.truncatedTo(ChronoUnit.SECONDS).toString());
            merged.add(condition);
        }
        return merged;
    }

    /// The condition of that type.
    public static @Nullable Condition find(@Nullable List<Condition> conditions, String type) {
        if (conditions == null) {
            return null;
        }
        return conditions.stream()
                .filter(c -> type.equals(c.getType()))
                .findFirst()
                .orElse(null);
    }

    /// Whether the condition of that type is there and `True`.
    public static boolean isTrue(@Nullable List<Condition> conditions, String type) {
        Condition condition = find(conditions, type);
        return condition != null && Truth.TRUE.word().equals(condition.getStatus());
    }
}
