/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.apiserver.ApiServer;
import dev.strata.operator.config.OperatorConfig;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// A real API server that knows Registries. It has no controllers: a test plays the StatefulSet's.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RegistriesOnApiServer {
    static final OperatorConfig CONFIG = OperatorConfig.from(Map.of(
            "STRATA_NAMESPACE", "strata-system",
            "STRATA_POD_NAME", "operator-0",
            "STRATA_BUILDER_IMAGE", "builder",
            "STRATA_REGISTRY_IMAGE", "registry"));
    static final String HOME = "home";

    private final ApiServer server;
    final KubernetesClient client;

    RegistriesOnApiServer() {
        try {
            server = ApiServer.start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        client = server.client();
    }

    @BeforeAll
    void kindAndNamespaces() throws IOException {
        try (var crd = Files.newInputStream(Path.of("../crds/registries.strata.dev.yaml"))) {
            client.load(crd).create();
        }
        for (String name : List.of(CONFIG.namespace(), HOME)) {
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .build())
                    .create();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> client.resources(Registry.class)
                        .inNamespace(HOME)
                        .list()
                        .getItems()
                        .isEmpty());
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
    }

    /// Makes or changes the Registry.
    Registry apply(String name, String spec) {
        return client.resource(Serialization.unmarshal(
                        "apiVersion: strata.dev/v1alpha1\nkind: Registry\nmetadata: {name: " + name + ", namespace: "
                                + HOME + "}\nspec: " + spec,
                        Registry.class))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
    }

    /// What the StatefulSet's controller says when the pod is ready.
    StatefulSet podIsReady(String name) {
        StatefulSet set =
                client.apps().statefulSets().inNamespace(HOME).withName(name).get();
        return client.resource(new StatefulSetBuilder(Objects.requireNonNull(set))
                        .withNewStatus()
                        .withObservedGeneration(set.getMetadata().getGeneration())
                        .withReplicas(1)
                        .withReadyReplicas(1)
                        .withUpdatedReplicas(1)
                        .withCurrentRevision("one")
                        .withUpdateRevision("one")
                        .endStatus()
                        .build())
                .updateStatus();
    }

    /// Lets the reconciler work; whoever starts it stops it.
    Operator start() {
        var operator =
                new Operator(overrider -> overrider.withKubernetesClient(client).withCloseClientOnStop(false));
        operator.register(new RegistryReconciler(client, CONFIG));
        operator.start();
        return operator;
    }
}
