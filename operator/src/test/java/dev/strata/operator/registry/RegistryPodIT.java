/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.condition.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The pod of a Registry: when it is replaced, and what is told of one that does not come.
class RegistryPodIT extends RegistriesOnApiServer {
    private final RegistryWork work = new RegistryWork(client, CONFIG);

    @Test
    void aNewPasswordReplacesThePodAndIsUsedWhenThatIsReady() {
        Registry registry = apply("r", "{}");
        work.bring(registry, Instant.now());
        podIsReady("r");
        assertThat(ready(work.bring(registry, Instant.now()))).startsWith("True Serving");
        Map<String, String> before = annotations("r");

        client.secrets().inNamespace(HOME).withName("r-auth").delete();
        assertThat(ready(work.bring(registry, Instant.now()))).startsWith("False PodNotReady");
        assertThat(annotations("r")).isNotEqualTo(before);
        assertThat(ready(work.bring(registry, Instant.now()))).startsWith("False PodNotReady");
        podIsReady("r");
        assertThat(ready(work.bring(registry, Instant.now()))).startsWith("True Serving");
    }

    @Test
    void aPodThatIsRefusedSaysWhatRefusesIt() {
        Registry registry = apply("full", "{}");
        StatefulSet set =
                Objects.requireNonNull(work.bring(registry, Instant.now()).statefulSet());
        event("one", set, "Warning", "FailedCreate", "the first refusal", "2026-01-01T00:00:00Z");
        event(
                "two",
                set,
                "Warning",
                "FailedCreate",
                "create Pod full-0 failed: exceeded quota",
                "2026-01-01T00:09:00Z");
        event("three", set, "Normal", "SuccessfulCreate", "create Claim data-full-0", "2026-01-01T00:10:00Z");
        assertThat(ready(work.bring(registry, Instant.now())))
                .isEqualTo(
                        "False PodForbidden the registry's pod is refused: create Pod full-0 failed: exceeded quota");
    }

    @Test
    void aClaimWithoutVolumeSaysWhyAndHowItIsRemoved() {
        Registry registry = apply("lost", "{}");
        work.bring(registry, Instant.now());
        pod("lost");
        PersistentVolumeClaim claim = client.resource(Serialization.unmarshal("""
                        apiVersion: v1
                        kind: PersistentVolumeClaim
                        metadata: {name: data-lost-0, namespace: home}
                        spec:
                          accessModes: [ReadWriteOnce]
                          resources: {requests: {storage: 10Gi}}
                        """, PersistentVolumeClaim.class))
                .create();
        assertThat(ready(work.bring(registry, Instant.now())))
                .isEqualTo("False Unschedulable the registry's pod does not run: 0/1 nodes are available");

        event("a", claim, "Warning", "ProvisioningFailed", "storageclass \"fats\" not found", "2026-01-01T00:00:00Z");
        event("b", claim, "Normal", "WaitForFirstConsumer", "waiting", "2026-01-01T00:01:00Z");
        assertThat(ready(work.bring(registry, Instant.now())))
                .startsWith(
                        "False VolumeNotBound the claim data-lost-0 has no volume: storageclass \"fats\" not found.")
                .contains("run \"kubectl -n home delete pvc data-lost-0\"");
    }

    @Test
    void anImageThatCannotBePulledIsTold() {
        Registry registry = apply("image", "{}");
        work.bring(registry, Instant.now());
        Pod pod = pod("image");
        client.resource(new PodBuilder(pod)
                        .editStatus()
                        .withContainerStatuses(new ContainerStatusBuilder()
                                .withName("c")
                                .withImage("c")
                                .withImageID("")
                                .withReady(false)
                                .withRestartCount(0)
                                .withNewState()
                                .withNewWaiting("no such image", "ErrImagePull")
                                .endState()
                                .build())
                        .endStatus()
                        .build())
                .updateStatus();
        assertThat(ready(work.bring(registry, Instant.now())))
                .isEqualTo("False ErrImagePull the registry's pod does not run: no such image");
    }

    /// A pod that no node has room for.
    private Pod pod(String registry) {
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(registry + "-0")
                        .withNamespace(HOME)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withImage("c")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        return client.resource(new PodBuilder(pod)
                        .editOrNewStatus()
                        .addNewCondition()
                        .withType("PodScheduled")
                        .withStatus("False")
                        .withReason("Unschedulable")
                        .withMessage("0/1 nodes are available")
                        .endCondition()
                        .endStatus()
                        .build())
                .updateStatus();
    }

    private void event(String name, HasMetadata about, String type, String reason, String message, String time) {
        client.resource(new EventBuilder()
                        .withNewMetadata()
                        .withName(about.getMetadata().getName() + "." + name)
                        .withNamespace(HOME)
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withKind(about.getKind())
                        .withName(about.getMetadata().getName())
                        .withNamespace(HOME)
                        .withUid(about.getMetadata().getUid())
                        .endInvolvedObject()
                        .withType(type)
                        .withReason(reason)
                        .withMessage(message)
                        .withLastTimestamp(time)
                        .build())
                .create();
    }

    private Map<String, String> annotations(String name) {
        return client.apps()
                .statefulSets()
                .inNamespace(HOME)
                .withName(name)
                .get()
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations();
    }

    private static String ready(RegistryObserved observed) {
        Condition ready = Objects.requireNonNull(Conditions.find(
                RegistryStatuses.of(observed, null, Instant.now()).conditions(), Conditions.READY));
        return ready.getStatus() + " " + ready.getReason() + " " + ready.getMessage();
    }
}
