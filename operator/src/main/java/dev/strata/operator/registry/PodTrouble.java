/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.operator.registry.RegistryObserved.Trouble;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Why the pod of a Registry does not run. What refuses a pod, and what finds no volume for its claim, says so only
/// by Events.
final class PodTrouble {
    private final KubernetesClient client;

    PodTrouble(KubernetesClient client) {
        this.client = client;
    }

    /// What holds up the pod; absent when nothing is known.
    ///
    /// @param set which is not ready
    @Nullable
    Trouble of(RegistryNames names, StatefulSet set) {
        Pod pod = client.pods()
                .inNamespace(names.namespace())
                .withName(names.pod())
                .get();
        Optional<Trouble> trouble = pod == null ? refused(set) : waiting(pod);
        return trouble.or(() -> unbound(names))
                .or(() -> pod == null ? Optional.empty() : unscheduled(pod))
                .orElse(null);
    }

    private Optional<Trouble> refused(StatefulSet set) {
        return last(set, event -> "FailedCreate".equals(event.getReason()))
                .map(why -> new Trouble("PodForbidden", "the registry's pod is refused: " + why));
    }

    private Optional<Trouble> unbound(RegistryNames names) {
        PersistentVolumeClaim claim = client.persistentVolumeClaims()
                .inNamespace(names.namespace())
                .withName(names.claim())
                .get();
        if (claim == null || !"Pending".equals(claim.getStatus().getPhase())) {
            return Optional.empty();
        }
        return last(claim, event -> "Warning".equals(event.getType()) || "FailedBinding".equals(event.getReason()))
                .map(why -> new Trouble(
                        "VolumeNotBound",
                        "the claim " + names.claim() + " has no volume: " + why + ". A claim outlives its Registry:"
                                + " where its class or size is wrong, delete the Registry, run \"kubectl -n "
                                + names.namespace() + " delete pvc " + names.claim()
                                + "\", and make the Registry anew"));
    }

    private Optional<String> last(HasMetadata about, Predicate<Event> which) {
        List<Event> events = client.v1()
                .events()
                .inNamespace(about.getMetadata().getNamespace())
                .withField("involvedObject.uid", about.getMetadata().getUid())
                .list()
                .getItems();
        return events.stream()
                .filter(which)
                .max(Comparator.comparing(event -> Objects.requireNonNullElse(event.getLastTimestamp(), "")))
                .map(Event::getMessage);
    }

    /// What the kubelet waits for.
    private static Optional<Trouble> waiting(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .map(ContainerStatus::getState)
                .filter(Objects::nonNull)
                .map(state -> state.getWaiting())
                .filter(waiting -> waiting != null
                        && waiting.getReason() != null
                        && !waiting.getReason().equals("ContainerCreating"))
                .findFirst()
                .map(waiting -> doesNotRun(waiting.getReason(), waiting.getMessage()));
    }

    private static Optional<Trouble> unscheduled(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(condition ->
                        "PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus()))
                .findFirst()
                .map(condition -> doesNotRun("Unschedulable", condition.getMessage()));
    }

    private static Trouble doesNotRun(String reason, @Nullable String message) {
        return new Trouble(reason, "the registry's pod does not run: " + Objects.requireNonNullElse(message, ""));
    }
}
