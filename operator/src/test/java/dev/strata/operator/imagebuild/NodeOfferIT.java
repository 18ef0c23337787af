/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.operator.apiserver.ApiServer;
import dev.strata.operator.config.OperatorConfig;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeOfferIT {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aNodeOnTheSecondPageCountsAndWhatWasReadIsKeptForSomeSeconds() throws IOException {
        try (var server = ApiServer.start()) {
            KubernetesClient client = server.client();
            var config = OperatorConfig.from(Map.of(
                    "STRATA_NAMESPACE", "strata-system",
                    "STRATA_POD_NAME", "strata-operator-test",
                    "STRATA_BUILDER_IMAGE", "local/strata-builder:1",
                    "STRATA_REGISTRY_IMAGE", "local/strata-registry:1"));
            var offer = new NodeOffer(client, config);
            for (int i = 0; i < 100; i++) {
                client.resource(node("node-%02d".formatted(i))).create();
            }
            assertThat(offer.now(NOW)).isEqualTo(new NodeOffer.Offer(false, Nesting.UNKNOWN, NOW));

            Node last = client.resource(node("z")).create();
            client.resource(last)
                    .editStatus(n -> new NodeBuilder(n)
                            .editOrNewStatus()
                            .addNewRuntimeHandler()
                            .withName("runc")
                            .withNewFeatures(false, true)
                            .endRuntimeHandler()
                            .endStatus()
                            .build());
            assertThat(offer.now(NOW.plusSeconds(5)).userNamespaces()).isFalse();
            assertThat(offer.now(NOW.plusSeconds(6)).userNamespaces()).isTrue();
        }
    }

    private static Node node(String name) {
        return new NodeBuilder().withNewMetadata().withName(name).endMetadata().build();
    }
}
