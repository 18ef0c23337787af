/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.informer.LeanStore;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Map;

/// What is kept of Registries, of the StatefulSets that carry the operator's label, as anybody's may, and of
/// namespaces. Of a StatefulSet it is only to whom it belongs.
///
/// @param <R> the kind
public final class RegistryStore<R extends HasMetadata> extends LeanStore<R> {
    @Override
    protected void slim(R resource) {
        notes(resource, _ -> false);
        switch (resource) {
            case Registry registry -> slimmed(registry);
            case StatefulSet set -> {
                set.getMetadata().setLabels(Map.of());
                set.getMetadata()
                        .setOwnerReferences(set.getMetadata().getOwnerReferences().stream()
                                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                                .toList());
                set.setSpec(null);
                set.setStatus(null);
            }
            default -> {}
        }
    }

    /// The same Registry, with what is kept of it. Its finalizers stay: JOSDK removes its own by its place among them.
    static Registry slimmed(Registry registry) {
        notes(registry, _ -> false);
        registry.getMetadata().setLabels(Map.of());
        registry.getMetadata().setOwnerReferences(List.of());
        return registry;
    }
}
