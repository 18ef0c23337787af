/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.StrataException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorConfigTest {
    private static final Map<String, String> LEAST = Map.of(
            "STRATA_NAMESPACE", "strata-system",
            "STRATA_POD_NAME", "strata-operator-1",
            "STRATA_BUILDER_IMAGE", "local/strata-builder:1",
            "STRATA_REGISTRY_IMAGE", "local/strata-registry:1");

    @Test
    void whatIsNotSetHasItsPreset() {
        OperatorConfig config = OperatorConfig.from(LEAST);
        assertThat(config.clusterDomain()).isEqualTo("cluster.local");
        assertThat(config.gitPoll()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.maxActiveBuilds()).isEqualTo(10);
        assertThat(config.maxActiveBuildsPerNamespace()).isEqualTo(5);
    }

    @Test
    void labelsOfNodesAreAList() {
        var environment = new HashMap<>(LEAST);
        environment.put("STRATA_BUILDS_NODE_SELECTOR", "pool=builds,node-role.example/x=");
        assertThat(OperatorConfig.from(environment).buildsNodeSelector())
                .isEqualTo(Map.of("pool", "builds", "node-role.example/x", ""));
        assertThat(OperatorConfig.from(LEAST).buildsNodeSelector()).isEmpty();
        environment.put("STRATA_BUILDS_NODE_SELECTOR", "pool=builds,x");
        assertThatThrownBy(() -> OperatorConfig.from(environment))
                .hasMessageContaining("STRATA_BUILDS_NODE_SELECTOR is not a list of key=value: x");
    }

    @Test
    void allErrorsAreToldAtOnce() {
        assertThatThrownBy(() -> OperatorConfig.from(Map.of(
                        "STRATA_NAMESPACE", "strata-system",
                        "STRATA_BUILDER_IMAGE", "b",
                        "STRATA_REGISTRY_IMAGE", "r",
                        "STRATA_CLUSTER_DOMAIN", "a b",
                        "STRATA_GIT_POLL_SECONDS", "1")))
                .isInstanceOf(StrataException.class)
                .hasMessage("the operator's environment is incomplete: STRATA_POD_NAME is missing; "
                        + "STRATA_CLUSTER_DOMAIN is not a domain name: a b; "
                        + "STRATA_GIT_POLL_SECONDS is not a whole number of at least 5: 1");
    }
}
