/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.condition.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
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
