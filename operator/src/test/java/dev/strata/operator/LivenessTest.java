/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LivenessTest {
    @Test
    void anApiServerThatHangsIsNotThisProcessesFault() throws IOException {
        // Connections are accepted by the kernel and never answered.
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder()
                                .withMasterUrl("http://127.0.0.1:" + silent.getLocalPort())
                                .build())
                        .build()) {
            var liveness = new Liveness(client, "strata-system", "strata-operator");
            liveness.leads(true);
            Instant asked = Instant.now();
            assertThat(liveness.trouble()).isNull();
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void theProbeWaitsLongerThanTheQuestion() throws IOException {
        String chart = Files.readString(Path.of("../helm/strata/templates/operator.yaml"));
        var probe = Pattern.compile(
                        "livenessProbe:\\s+httpGet: .*\\s+periodSeconds: \\d+\\s+(?:#.*\\s+)?timeoutSeconds: (\\d+)")
                .matcher(chart);
        assertThat(probe.find()).isTrue();
        assertThat(Duration.ofSeconds(Long.parseLong(probe.group(1)))).isGreaterThan(Liveness.PATIENCE.plusSeconds(1));
    }
}
