/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.Registry;
import io.javaoperatorsdk.operator.Operator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// What a Registry has left that was let go before all of it could be removed.
class RegistrySweepIT extends RegistriesOnApiServer {
    @Test
    void theNextOperatorRemovesWhatADeletedRegistryHasLeft() {
        var work = new RegistryWork(client, CONFIG);
        Registry gone = apply("gone", "{access: {push: {namespaceSelector: {}}}}");
        work.bring(gone, Instant.now());
        client.resource(gone).delete();
        Registry kept = apply("kept", "{access: {push: {namespaceSelector: {}}}}");
        work.bring(kept, Instant.now());
        assertThat(delivered()).contains("strata-push-home.gone", "strata-push-home.kept");

        Operator operator = start();
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(data(RegistryNames.DELIVERIES)).containsOnlyKeys("kept.home.json"));
            assertThat(data(RegistryNames.NODE_TRUST)).containsOnlyKeys("kept.home.json");
            assertThat(delivered()).contains("strata-push-home.kept").doesNotContain("strata-push-home.gone");
        } finally {
            operator.stop();
        }
    }

    private List<String> delivered() {
        return client.secrets().inNamespace("default").list().getItems().stream()
                .map(secret -> secret.getMetadata().getName())
                .toList();
    }

    private Map<String, String> data(String map) {
        return client.configMaps()
                .inNamespace(CONFIG.namespace())
                .withName(map)
                .get()
                .getData();
    }
}
