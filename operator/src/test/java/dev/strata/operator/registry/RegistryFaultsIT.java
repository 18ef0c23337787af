/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.condition.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/// A reconcile that ends with a fault says so in the status.
class RegistryFaultsIT extends RegistriesOnApiServer {
    @Test
    void aDamagedAuthorityIsTold() {
        Operator operator = start();
        try {
            apply("r", "{}");
            await(() -> assertThat(condition("r", "Ready")).startsWith("False PodNotReady"));
            podIsReady("r");
            await(() -> assertThat(condition("r", "Ready")).startsWith("True Serving"));

            authority(Map.of("tls.crt", RegistryUser.base64("nonsense")));
            apply("r", "{deletion: {enabled: true}}");
            await(() -> assertThat(condition("r", "Ready"))
                    .startsWith("False InvalidArgument the Secret strata-system/strata-ca holds no usable authority")
                    .contains("Try: restore it"));
            assertThat(condition("r", "Stalled")).startsWith("True InvalidArgument");
            assertThat(condition("r", "Reconciling")).startsWith("False");
            assertThat(condition("r", "SecretsDelivered"))
                    .as("what it did not come to")
                    .startsWith("True");

            client.secrets()
                    .inNamespace(CONFIG.namespace())
                    .withName(RegistryNames.AUTHORITY)
                    .delete();
            await(() -> assertThat(condition("r", "Stalled")).startsWith("False NotStalled"));
        } finally {
            operator.stop();
        }
    }

    @Test
    void aFaultOfTheApiServerIsToldAndTriedAgain() {
        var webhook = client.resource(Serialization.unmarshal("""
                        apiVersion: admissionregistration.k8s.io/v1
                        kind: ValidatingWebhookConfiguration
                        metadata: {name: nobody}
                        webhooks:
                        - name: nobody.example.com
                          admissionReviewVersions: [v1]
                          sideEffects: None
                          failurePolicy: Fail
                          timeoutSeconds: 1
                          clientConfig: {url: "https://127.0.0.1:1/"}
                          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: home}}
                          rules:
                          - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [services]}
                        """, ValidatingWebhookConfiguration.class));
        webhook.create();
        await(() -> assertThatThrownBy(
                        () -> client.resource(service("try")).dryRun().create())
                .isInstanceOf(KubernetesClientException.class));
        Operator operator = start();
        try {
            apply("f", "{}");
            await(() -> assertThat(condition("f", "Ready"))
                    .startsWith("False Internal the API server answers: ")
                    .contains("failed calling webhook"));
            assertThat(condition("f", "Reconciling")).startsWith("True Internal");
            webhook.delete();
            await(() -> assertThat(condition("f", "Ready")).startsWith("False PodNotReady"));
        } finally {
            webhook.delete();
            operator.stop();
        }
    }

    @Test
    void aServiceWithoutAddressIsToldWithWhatToDo() {
        Registry registry = apply("headless", "{}");
        Service headless = new ServiceBuilder(
                        new RegistryDesired(registry, RegistryNames.of(registry, "cluster.local")).service())
                .editSpec()
                .withClusterIP("None")
                .endSpec()
                .build();
        client.resource(headless).create();
        assertThatThrownBy(() -> new RegistryWork(client, CONFIG).bring(registry, Instant.now()))
                .hasMessageContaining("the Service home/headless has no address of its own; its clusterIP is None");
    }

    private static Service service(String name) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(HOME)
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withPort(1)
                .endPort()
                .endSpec()
                .build();
    }

    private void authority(Map<String, String> data) {
        client.secrets()
                .inNamespace(CONFIG.namespace())
                .withName(RegistryNames.AUTHORITY)
                .edit(secret -> {
                    secret.getData().putAll(data);
                    return secret;
                });
    }

    private String condition(String name, String type) {
        Registry registry = client.resources(Registry.class)
                .inNamespace(HOME)
                .withName(name)
                .get();
        Condition condition =
                Objects.requireNonNull(Conditions.find(registry.getStatus().conditions(), type));
        return condition.getStatus() + " " + condition.getReason() + " " + condition.getMessage();
    }

    private static void await(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .untilAsserted(assertion);
    }
}
