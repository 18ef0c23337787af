/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.operator.condition.Faults;
import dev.strata.operator.registry.RegistryObserved.Trouble;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The claim that the StatefulSet makes. It outlives the Registry, and grows by itself: the template
/// that it was made from cannot change.
final class RegistryVolume {
    private final KubernetesClient client;

    RegistryVolume(KubernetesClient client) {
        this.client = client;
    }

    /// Gives the claim the size of the spec. A volume that does not grow is no reason to stop the registry that it
    /// serves.
    ///
    /// @return why it has another size; absent when it has that one, or there is no claim yet
    @Nullable
    Trouble resize(RegistryDesired desired) {
        RegistryNames names = desired.names();
        PersistentVolumeClaim claim = client.persistentVolumeClaims()
                .inNamespace(names.namespace())
                .withName(names.claim())
                .get();
        if (claim == null) {
            return null;
        }
        BigDecimal wanted = desired.size().getNumericalAmount();
        Quantity asked = claim.getSpec().getResources().getRequests().get("storage");
        Quantity has = claim.getStatus() == null || claim.getStatus().getCapacity() == null
                ? null
                : claim.getStatus().getCapacity().get("storage");
        if (asked == null || same(asked, wanted) || (has != null && same(has, wanted))) {
            return null;
        }
        // A growth that the volume never came to can be taken back, as far as what the volume has.
        boolean grows = wanted.compareTo((has == null ? asked : has).getNumericalAmount()) > 0;
        return grows ? grow(desired) : smaller(desired, has == null ? asked : has);
    }

    private static boolean same(Quantity quantity, BigDecimal wanted) {
        return quantity.getNumericalAmount().compareTo(wanted) == 0;
    }

    private @Nullable Trouble grow(RegistryDesired desired) {
        RegistryNames names = desired.names();
        var requests = Map.of("requests", Map.of("storage", desired.size().toString()));
        String patch = client.getKubernetesSerialization().asJson(Map.of("spec", Map.of("resources", requests)));
        try {
            client.persistentVolumeClaims()
                    .inNamespace(names.namespace())
                    .withName(names.claim())
                    .patch(
                            new PatchContext.Builder()
                                    .withPatchType(PatchType.JSON_MERGE)
                                    .withFieldManager(RegistryNames.OPERATOR)
                                    .build(),
                            patch);
            return null;
        } catch (KubernetesClientException e) {
            return new Trouble(
                    "ResizeRefused",
                    "the claim " + names.claim() + " keeps its size: " + Faults.text(e)
                            + ". Set spec.storage.persistentVolume.size back, or let its StorageClass expand volumes;"
                            + " it is tried again each minute");
        }
    }

    private static Trouble smaller(RegistryDesired desired, Quantity size) {
        return new Trouble(
                "SmallerThanVolume",
                "the claim " + desired.names().claim() + " has " + size + ", and no volume shrinks; set"
                        + " spec.storage.persistentVolume.size to that or more");
    }
}
