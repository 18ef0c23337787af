/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.apiserver.ApiServer;
import dev.strata.operator.config.OperatorConfig;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The work on a real API server, with etcd behind it and no controllers.
class RegistryWorkIT {
    private static final OperatorConfig CONFIG = OperatorConfig.from(Map.of(
            "STRATA_NAMESPACE", "strata-system",
            "STRATA_POD_NAME", "operator-0",
            "STRATA_BUILDER_IMAGE", "builder",
            "STRATA_REGISTRY_IMAGE", "registry"));

    private final ApiServer server = ApiServer.start();
    private final KubernetesClient client = server.client();
    private final RegistryWork work = new RegistryWork(client, CONFIG);

    RegistryWorkIT() throws IOException {}

    @BeforeEach
    void kindAndNamespaces() {
        client.load(stream()).create();
        for (String name : List.of("strata-system", "home", "blue", "red")) {
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .addToLabels("team", name)
                            .endMetadata()
                            .build())
                    .create();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> client.resources(Registry.class)
                        .inNamespace("home")
                        .list()
                        .getItems()
                        .isEmpty());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void aRegistryIsBroughtSharedAndRemovedAndASecondRoundWritesNothing() {
        Registry registry = create("blue");
        RegistryObserved observed = work.bring(registry, Instant.now());
        assertThat(observed.taken()).isEmpty();
        assertThat(observed.refused()).isEmpty();
        assertThat(secrets("blue")).containsExactly("strata-pull-home.r");
        assertThat(secrets("home")).containsExactly("r-auth", "r-tls", "strata-pull-r", "strata-push-r");
        assertThat(trust()).containsOnlyKeys("r.home.json");
        List<String> versions = versions();

        work.bring(registry, Instant.now());
        new RegistryWork(client, CONFIG).bring(registry, Instant.now());
        assertThat(versions()).isEqualTo(versions);

        work.bring(share(registry, "red"), Instant.now());
        assertThat(secrets("blue")).isEmpty();
        assertThat(authorities("blue")).isZero();
        assertThat(secrets("red")).containsExactly("strata-pull-home.r");

        work.remove(registry);
        assertThat(secrets("red")).isEmpty();
        assertThat(authorities("red")).isZero();
        assertThat(trust()).isEmpty();
    }

    @Test
    void aSecretOfSomebodyElseIsReportedAndStays() {
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("strata-pull-home.r")
                        .withNamespace("blue")
                        .endMetadata()
                        .addToStringData("mine", "yes")
                        .build())
                .create();
        Registry registry = create("blue");
        RegistryObserved observed = work.bring(registry, Instant.now());
        Map<String, String> undelivered = Objects.requireNonNull(observed.undelivered());
        assertThat(undelivered).containsOnlyKeys("blue");
        assertThat(undelivered.get("blue")).startsWith("Secret blue/strata-pull-home.r is not this Registry's");
        assertThat(observed.taken()).isEmpty();
        assertThat(observed.refused()).isEmpty();
        assertThat(trust()).as("the registry itself is served").containsOnlyKeys("r.home.json");
        work.remove(registry);
        var kept = client.secrets()
                .inNamespace("blue")
                .withName("strata-pull-home.r")
                .get();
        assertThat(kept.getData()).containsOnlyKeys("mine");
    }

    @Test
    void aNamespaceHasItsShareOfRegistriesAndNoMore() {
        var served = new ArrayList<Registry>();
        for (int i = 0; i < Deliveries.PER_NAMESPACE; i++) {
            served.add(create("r" + i, "home", "none"));
            assertThat(work.bring(served.getLast(), Instant.now()).crowdedOut()).isFalse();
        }
        Registry more = create("more", "home", "none");
        assertThat(work.bring(more, Instant.now()).crowdedOut()).isTrue();
        assertThat(secrets("home")).noneMatch(name -> name.startsWith("more-"));
        assertThat(trust()).hasSize(Deliveries.PER_NAMESPACE);

        Registry elsewhere = create("more", "red", "none");
        assertThat(work.bring(elsewhere, Instant.now()).crowdedOut()).isFalse();
        Registry known = served.getFirst();
        assertThat(work.bring(known, Instant.now()).crowdedOut()).isFalse();

        work.remove(known);
        assertThat(work.bring(more, Instant.now()).crowdedOut()).isFalse();
        assertThat(trust()).containsKeys("more.home.json", "more.red.json").doesNotContainKey("r0.home.json");
    }

    private Registry create(String team) {
        return create("r", "home", team);
    }

    private Registry create(String name, String namespace, String team) {
        return client.resource(Serialization.unmarshal(
                        "apiVersion: strata.dev/v1alpha1\nkind: Registry\nmetadata: {name: " + name + ", namespace: "
                                + namespace + "}\n"
                                + "spec: {access: {pull: {namespaceSelector: {matchLabels: {team: " + team + "}}}}}",
                        Registry.class))
                .create();
    }

    private Registry share(Registry registry, String team) {
        Registry changed = Serialization.unmarshal(
                Serialization.asYaml(registry).replaceAll("team: \"?blue\"?", "team: " + team), Registry.class);
        assertThat(changed.getSpec()).isNotEqualTo(registry.getSpec());
        return changed;
    }

    private List<String> secrets(String namespace) {
        return client.secrets().inNamespace(namespace).list().getItems().stream()
                .map(secret -> secret.getMetadata().getName())
                .sorted()
                .toList();
    }

    private long authorities(String namespace) {
        return client.configMaps().inNamespace(namespace).list().getItems().stream()
                .filter(map -> map.getMetadata().getName().equals(RegistryNames.CA_CONFIG_MAP))
                .count();
    }

    private Map<String, String> trust() {
        var map = client.configMaps()
                .inNamespace("strata-system")
                .withName(RegistryNames.NODE_TRUST)
                .get();
        return Objects.requireNonNullElse(map.getData(), Map.of());
    }

    private List<String> versions() {
        return Stream.of(
                        client.secrets().inAnyNamespace().list().getItems().stream(),
                        client.configMaps().inAnyNamespace().list().getItems().stream(),
                        client.services().inNamespace("home").list().getItems().stream(),
                        client.apps().statefulSets().inNamespace("home").list().getItems().stream())
                .flatMap(objects -> objects)
                .map(object -> object.getKind() + "/" + object.getMetadata().getName() + "@"
                        + object.getMetadata().getResourceVersion())
                .sorted()
                .toList();
    }

    private static java.io.InputStream stream() {
        try {
            return java.nio.file.Files.newInputStream(Path.of("../crds/registries.strata.dev.yaml"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
