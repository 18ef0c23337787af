/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.crds.registry.RegistryStatus;
import dev.strata.engine.problem.Problem;
import dev.strata.operator.condition.Conditions;
import dev.strata.operator.condition.Truth;
import dev.strata.operator.registry.RegistryObserved.Trouble;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The status of a Registry, from what was observed alone.
final class RegistryStatuses {
    static final String NODES_READY = "NodesReady";

    /// Whether every namespace that gets credentials has them. Says nothing of the registry itself: what one namespace
    /// does not take is no reason for another to wait.
    static final String SECRETS_DELIVERED = "SecretsDelivered";

    /// Whether the volume has the size of the spec. Says nothing of the registry either, which serves with the size
    /// that its volume has.
    static final String VOLUME_RESIZED = "VolumeResized";

    private static final String TOO_MANY = "TooManyRegistries";
    private static final String TOO_MANY_MESSAGE = "the namespace has " + Deliveries.PER_NAMESPACE
            + " other Registries, and no more are served in one; delete one that is not needed, and this one is set up"
            + " within a minute, or make it in another namespace";

    private static final String NOT_REACHED = "NotReached";
    private static final String NOT_REACHED_MESSAGE = "the registry is not set up yet";

    /// Namespaces that a message names.
    private static final int NAMED = 5;

    private RegistryStatuses() {}

    /// @param old the status that the resource shows, for the times of its conditions
    static RegistryStatus of(RegistryObserved observed, @Nullable RegistryStatus old, Instant now) {
        long generation = observed.generation();
        List<Condition> wanted = List.of(
                ready(observed),
                reconciling(observed),
                stalled(observed),
                nodesReady(observed, generation),
                delivered(observed, generation),
                resized(observed, generation));
        int total = observed.nodes().total();
        return new RegistryStatus(
                Conditions.merge(old == null ? null : old.conditions(), wanted, now),
                generation,
                observed.host(),
                observed.notAfter() == null
                        ? null
                        : new RegistryStatus.Tls(observed.notAfter()
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString()),
                new RegistryStatus.Nodes(total - observed.nodes().failing(), total));
    }

    /// Of a reconcile that ended with a fault. What it did not come to stays as it was found before.
    static RegistryStatus faulty(
            String host, long generation, Problem problem, @Nullable RegistryStatus old, Instant now) {
        String reason = problem.code().name();
        String message = problem.tryThis().isEmpty() ? problem.what() : problem.what() + ". Try: " + problem.tryThis();
        boolean later = problem.code().retryable();
        var wanted = new ArrayList<Condition>();
        wanted.add(Conditions.of(Conditions.READY, Truth.FALSE, reason, message, generation));
        wanted.add(Conditions.of(Conditions.RECONCILING, Truth.of(later), reason, message, generation));
        wanted.add(Conditions.of(Conditions.STALLED, Truth.of(!later), reason, message, generation));
        List<Condition> before = old == null ? null : old.conditions();
        for (String type : List.of(NODES_READY, SECRETS_DELIVERED, VOLUME_RESIZED)) {
            Condition kept = Conditions.find(before, type);
            if (kept != null) {
                wanted.add(new ConditionBuilder(kept).build());
            }
        }
        return new RegistryStatus(
                Conditions.merge(before, wanted, now),
                generation,
                host,
                old == null ? null : old.tls(),
                old == null ? null : old.nodes());
    }

    private static Condition ready(RegistryObserved observed) {
        long generation = observed.generation();
        if (observed.crowdedOut()) {
            return Conditions.of(Conditions.READY, Truth.FALSE, TOO_MANY, TOO_MANY_MESSAGE, generation);
        }
        if (!observed.taken().isEmpty()) {
            return Conditions.of(
                    Conditions.READY, Truth.FALSE, "NameTaken", String.join("; ", observed.taken()), generation);
        }
        if (!observed.refused().isEmpty()) {
            return Conditions.of(
                    Conditions.READY, Truth.FALSE, "Refused", String.join("; ", observed.refused()), generation);
        }
        if (observed.serves()) {
            return Conditions.of(
                    Conditions.READY,
                    Truth.TRUE,
                    "Serving",
                    observed.host() + " serves images; " + observed.nodes().summary(),
                    generation);
        }
        Trouble trouble = observed.trouble();
        return trouble == null
                ? Conditions.of(
                        Conditions.READY, Truth.FALSE, "PodNotReady", "the registry's pod is not ready yet", generation)
                : Conditions.of(Conditions.READY, Truth.FALSE, trouble.reason(), trouble.message(), generation);
    }

    private static Condition reconciling(RegistryObserved observed) {
        boolean working = !observed.crowdedOut()
                && observed.taken().isEmpty()
                && (!observed.serves() || !observed.refused().isEmpty());
        return Conditions.of(
                Conditions.RECONCILING,
                Truth.of(working),
                working ? "Progressing" : "Settled",
                working ? "the registry is being set up" : "",
                observed.generation());
    }

    private static Condition stalled(RegistryObserved observed) {
        if (observed.crowdedOut()) {
            return Conditions.of(Conditions.STALLED, Truth.TRUE, TOO_MANY, TOO_MANY_MESSAGE, observed.generation());
        }
        boolean stalled = !observed.taken().isEmpty();
        return Conditions.of(
                Conditions.STALLED,
                Truth.of(stalled),
                stalled ? "NameTaken" : "NotStalled",
                String.join("; ", observed.taken()),
                observed.generation());
    }

    private static Condition nodesReady(RegistryObserved observed, long generation) {
        if (observed.nodes().total() == 0) {
            return Conditions.of(
                    NODES_READY, Truth.FALSE, "NoNodeAgent", observed.nodes().summary(), generation);
        }
        boolean all = observed.nodes().failing() == 0;
        return Conditions.of(
                NODES_READY,
                Truth.of(all),
                all ? "AllNodesReady" : "NodesNotReady",
                observed.nodes().summary(),
                generation);
    }

    private static Condition delivered(RegistryObserved observed, long generation) {
        SortedMap<String, String> undelivered = observed.undelivered();
        if (undelivered == null) {
            return Conditions.of(SECRETS_DELIVERED, Truth.FALSE, NOT_REACHED, NOT_REACHED_MESSAGE, generation);
        }
        if (undelivered.isEmpty()) {
            return Conditions.of(SECRETS_DELIVERED, Truth.TRUE, "Delivered", "", generation);
        }
        int failing = undelivered.size();
        String message = undelivered.entrySet().stream()
                .limit(NAMED)
                .map(namespace -> namespace.getKey() + ": " + namespace.getValue())
                .collect(Collectors.joining(
                        " | ",
                        "not delivered to " + failing + (failing == 1 ? " namespace: " : " namespaces: "),
                        failing > NAMED ? " and " + (failing - NAMED) + " more" : ""));
        return Conditions.of(SECRETS_DELIVERED, Truth.FALSE, "NotDelivered", message, generation);
    }

    private static Condition resized(RegistryObserved observed, long generation) {
        Trouble unresized = observed.unresized();
        if (unresized != null) {
            return Conditions.of(VOLUME_RESIZED, Truth.FALSE, unresized.reason(), unresized.message(), generation);
        }
        return observed.statefulSet() == null
                ? Conditions.of(VOLUME_RESIZED, Truth.FALSE, NOT_REACHED, NOT_REACHED_MESSAGE, generation)
                : Conditions.of(VOLUME_RESIZED, Truth.TRUE, "AsAsked", "", generation);
    }
}
