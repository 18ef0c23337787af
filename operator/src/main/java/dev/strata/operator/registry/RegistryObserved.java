/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What was found after everything was written.
///
/// @param host name of the registry
/// @param generation of the Registry's spec
/// @param statefulSet absent when it was not reached
/// @param trouble why its pod is not ready; absent when nothing is known, or it is
/// @param notAfter end of the certificate
/// @param nodes what their agents tell
/// @param undelivered the namespaces that do not hold their credentials, each with why; absent when it was not tried
/// @param unresized why its volume has another size than the spec; absent when it has that one
/// @param taken names that belong to others
/// @param refused what the API server did not accept
/// @param crowdedOut whether nothing was written, because its namespace has enough Registries
record RegistryObserved(
        String host,
        long generation,
        @Nullable StatefulSet statefulSet,
        @Nullable Trouble trouble,
        @Nullable Instant notAfter,
        Nodes nodes,
        @Nullable SortedMap<String, String> undelivered,
        @Nullable Trouble unresized,
        List<String> taken,
        List<String> refused,
        boolean crowdedOut) {

    static RegistryObserved crowdedOut(String host, long generation, Nodes nodes) {
        return new RegistryObserved(host, generation, null, null, null, nodes, null, null, List.of(), List.of(), true);
    }

    /// Whether the pod of the newest template is ready.
    boolean serves() {
        return statefulSet != null && isReady(statefulSet);
    }

    static boolean isReady(StatefulSet set) {
        var status = set.getStatus();
        return status != null
                && set.getMetadata().getGeneration() != null
                && set.getMetadata().getGeneration().equals(status.getObservedGeneration())
                && Integer.valueOf(1).equals(status.getReadyReplicas())
                && status.getUpdateRevision() != null
                && status.getUpdateRevision().equals(status.getCurrentRevision());
    }

    /// One word and a sentence.
    record Trouble(String reason, String message) {}
}
