/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.operator.condition.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What becomes of a volume whose size the spec changes.
class RegistryVolumeIT extends RegistriesOnApiServer {
    private final RegistryWork work = new RegistryWork(client, CONFIG);

    @Test
    void aVolumeThatCannotGrowStopsNothingAndTheSpecCanGoBack() {
        storageClass("rigid", false);
        bring("r", "10Gi", "rigid");
        claim("r", "10Gi", "rigid");
        podIsReady("r");
        assertThat(condition(bring("r", "10Gi", "rigid"), "VolumeResized")).startsWith("True AsAsked");

        RegistryObserved refused = bring("r", "20Gi", "rigid");
        assertThat(condition(refused, "VolumeResized"))
                .startsWith("False ResizeRefused the claim data-r-0 keeps its size: ")
                .contains("only dynamically provisioned pvc can be resized")
                .contains("Set spec.storage.persistentVolume.size back");
        assertThat(condition(refused, "Ready")).startsWith("True Serving");
        assertThat(condition(refused, "Reconciling")).startsWith("False");
        assertThat(request("r")).isEqualTo("10Gi");

        assertThat(condition(bring("r", "10Gi", "rigid"), "VolumeResized")).startsWith("True AsAsked");
    }

    @Test
    void aVolumeGrowsAndAGrowthThatItNeverCameToIsTakenBack() {
        storageClass("elastic", true);
        bring("e", "10Gi", "elastic");
        claim("e", "10Gi", "elastic");
        podIsReady("e");
        assertThat(condition(bring("e", "20Gi", "elastic"), "VolumeResized")).startsWith("True AsAsked");
        assertThat(request("e")).isEqualTo("20Gi");

        assertThat(condition(bring("e", "15Gi", "elastic"), "VolumeResized")).startsWith("True AsAsked");
        assertThat(request("e")).isEqualTo("15Gi");

        RegistryObserved smaller = bring("e", "5Gi", "elastic");
        assertThat(condition(smaller, "VolumeResized"))
                .startsWith("False SmallerThanVolume the claim data-e-0 has 10Gi, and no volume shrinks");
        assertThat(condition(smaller, "Ready")).startsWith("True Serving");
        assertThat(request("e")).isEqualTo("15Gi");
    }

    private RegistryObserved bring(String name, String size, String storageClass) {
        return work.bring(
                apply(
                        name,
                        "{storage: {persistentVolume: {size: " + size + ", storageClassName: " + storageClass + "}}}"),
                Instant.now());
    }

    private static String condition(RegistryObserved observed, String type) {
        Condition condition = Objects.requireNonNull(Conditions.find(
                RegistryStatuses.of(observed, null, Instant.now()).conditions(), type));
        return condition.getStatus() + " " + condition.getReason() + " " + condition.getMessage();
    }

    private void storageClass(String name, boolean expands) {
        client.resource(Serialization.unmarshal("""
                        apiVersion: storage.k8s.io/v1
                        kind: StorageClass
                        metadata: {name: %s}
                        provisioner: example.com/none
                        allowVolumeExpansion: %s
                        """.formatted(name, expands), StorageClass.class))
                .create();
    }

    /// What the StatefulSet's controller makes and the provisioner binds.
    private void claim(String registry, String size, String storageClass) {
        PersistentVolumeClaim claim = client.resource(Serialization.unmarshal(
                        """
                        apiVersion: v1
                        kind: PersistentVolumeClaim
                        metadata: {name: data-%s-0, namespace: home}
                        spec:
                          accessModes: [ReadWriteOnce]
                          storageClassName: %s
                          volumeName: pv-%s
                          resources: {requests: {storage: %s}}
                        """.formatted(registry, storageClass, registry, size), PersistentVolumeClaim.class))
                .create();
        claim.setStatus(Serialization.unmarshal(
                "phase: Bound\ncapacity: {storage: " + size + "}", PersistentVolumeClaimStatus.class));
        client.resource(claim).updateStatus();
    }

    private String request(String registry) {
        Resource<PersistentVolumeClaim> claim =
                client.persistentVolumeClaims().inNamespace(HOME).withName("data-" + registry + "-0");
        return String.valueOf(claim.get().getSpec().getResources().getRequests().get("storage"));
    }
}
