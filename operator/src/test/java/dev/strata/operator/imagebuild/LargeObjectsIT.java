/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.crds.registry.Registry;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.ReportJson;
import dev.strata.operator.apiserver.ApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Users of one namespace fill it with the largest objects that they can make; the operator, started as its image
/// starts it, reads them all and works on.
class LargeObjectsIT {
    private static final int BUILDS = 150;
    private static final int SETS = 20;
    private static final String TEXT = "# 500 KiB\n".repeat(51_200);
    private static final String NOTE = "n".repeat(200_000);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private KubernetesClient client;

    @Test
    void theOperatorStartsAndBuildsWithTheWholeText() throws Exception {
        try (ApiServer server = ApiServer.start()) {
            client = server.client();
            OperatorProcess.prepare(server);
            node();
            each(BUILDS, number -> client.resource(build("app-" + number, true)).create());
            each(SETS, this::statefulSet);
            client.resource(registry()).create();
            try (var operator = OperatorProcess.start(server, directory.resolve("operator.log"))) {
                soon("it is ready", operator).until(operator::ready);
                client.resource(build("wanted", false)).create();
                soon("the build is made", operator).until(() -> request() != null);
                assertThat(whole(Objects.requireNonNull(request()))).isEqualTo(Map.of("Dockerfile", TEXT));
                soon("the others have a status", operator)
                        .until(() -> get("app-0").getStatus() != null);
                nothingOfItIsLost(get("app-0"));
                theRegistryGoesWithItsOwnFinalizerOnly(operator);
            }
        }
    }

    private static ConditionFactory soon(String what, OperatorProcess operator) {
        return Awaitility.await(what)
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .failFast("the operator has ended", () -> !operator.alive());
    }

    private @Nullable ConfigMap request() {
        return client
                .configMaps()
                .inNamespace("team")
                .withLabel("strata.dev/imagebuild", "wanted")
                .list()
                .getItems()
                .stream()
                .findFirst()
                .orElse(null);
    }

    private static Map<String, String> whole(ConfigMap map) {
        byte[] bytes = Objects.requireNonNull(map.getData().get("request.json")).getBytes(UTF_8);
        BuildRequest.Inline inline =
                ReportJson.request(bytes, ReportJson.digest(bytes)).source().inline();
        return Objects.requireNonNull(inline).files();
    }

    private static void nothingOfItIsLost(ImageBuild build) {
        assertThat(Objects.requireNonNull(build.getSpec().source().inline()).files())
                .isEqualTo(Map.of("Dockerfile", TEXT));
        assertThat(build.getMetadata().getAnnotations()).containsEntry("their.own/note", "a note");
        assertThat(build.getMetadata().getLabels()).containsEntry("their", "label");
    }

    private void theRegistryGoesWithItsOwnFinalizerOnly(OperatorProcess operator) {
        soon("the Registry has its finalizer", operator)
                .until(() -> finalizers().contains("strata.dev/registry"));
        client.resource(registry()).delete();
        soon("its finalizer is gone", operator).until(() -> finalizers().equals(List.of("their.own/last")));
        Registry left = Objects.requireNonNull(client.resource(registry()).get());
        assertThat(left.getMetadata().getAnnotations()).containsEntry("their.own/note", NOTE);
        assertThat(left.getMetadata().getLabels()).containsEntry("their", "label");
    }

    private List<String> finalizers() {
        return Objects.requireNonNull(client.resource(registry()).get())
                .getMetadata()
                .getFinalizers();
    }

    private ImageBuild get(String name) {
        return Objects.requireNonNull(client.resources(ImageBuild.class)
                .inNamespace("team")
                .withName(name)
                .get());
    }

    private static void each(int count, IntConsumer make) throws Exception {
        try (var workers = Executors.newFixedThreadPool(8)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                all.add(workers.submit(() -> make.accept(number)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static ImageBuild build(String name, boolean suspend) {
        var build = new ImageBuild();
        build.getMetadata().setName(name);
        build.getMetadata().setNamespace("team");
        build.getMetadata().setLabels(Map.of("their", "label"));
        build.getMetadata().setAnnotations(Map.of("their.own/note", "a note"));
        build.setSpec(new ImageBuildSpec(
                new ImageBuildSpec.Source(new ImageBuildSpec.Inline(Map.of("Dockerfile", TEXT)), null, null),
                null,
                null,
                new ImageBuildSpec.Output("registry.example.com/app", null, null, null, null),
                null,
                null,
                null,
                new ImageBuildSpec.Isolation(ImageBuildSpec.IsolationMode.USER_NAMESPACE),
                null,
                suspend,
                null));
        return build;
    }

    /// Anybody may give his own the label by which the operator finds those of Registries.
    private void statefulSet(int number) {
        client.resource(new StatefulSetBuilder()
                        .withNewMetadata()
                        .withName("set-" + number)
                        .withNamespace("team")
                        .addToLabels("app.kubernetes.io/managed-by", "strata-operator")
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(0)
                        .withNewSelector()
                        .addToMatchLabels("app", "set")
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .addToLabels("app", "set")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("set")
                        .withImage("set")
                        .addNewEnv()
                        .withName("TEXT")
                        .withValue("x".repeat(1_000_000))
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
    }

    private static Registry registry() {
        Registry registry = Serialization.unmarshal("""
                apiVersion: strata.dev/v1alpha1
                kind: Registry
                metadata: {name: images, namespace: team, labels: {their: label}, finalizers: [their.own/last]}
                spec: {}
                """, Registry.class);
        registry.getMetadata().setAnnotations(Map.of("their.own/note", NOTE));
        return registry;
    }

    private void node() {
        var node = client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName("node")
                        .endMetadata()
                        .build())
                .create();
        client.resource(node)
                .editStatus(made -> new NodeBuilder(made)
                        .editOrNewStatus()
                        .addNewRuntimeHandler()
                        .withName("runc")
                        .withNewFeatures(false, true)
                        .endRuntimeHandler()
                        .endStatus()
                        .build());
    }
}
