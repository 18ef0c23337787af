/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.report.BuildReport;
import dev.strata.operator.apiserver.ApiServer;
import dev.strata.operator.condition.Conditions;
import dev.strata.operator.config.OperatorConfig;
import dev.strata.operator.confirm.Reach;
import dev.strata.operator.imagebuild.ImageBuildReconciler;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The reconciler on a real API server, one for all tests of the class that has this as its extension. What does not
/// run there is played: [PlayedCluster] and [PlayedJobController].
final class BuildsOnApiServer implements BeforeAllCallback, AfterAllCallback {
    static final String DIGEST = "sha256:" + "a".repeat(64);

    final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /// Digests that the registry shows.
    final Set<String> pushed = ConcurrentHashMap.newKeySet();

    @SuppressWarnings("NullAway.Init")
    private HttpServer registry;

    @SuppressWarnings("NullAway.Init")
    private ApiServer server;

    @SuppressWarnings("NullAway.Init")
    private Operator operator;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        registry = registry();
        server = ApiServer.start();
        server.installCrds();
        cluster().install();
        KubernetesClient own = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(client().getConfiguration())
                        .withImpersonateUsername("strata-operator")
                        .build())
                .build();
        operator = new Operator(overrider -> overrider
                .withKubernetesClient(own)
                .withConcurrentReconciliationThreads(OperatorMain.RECONCILERS)
                .withMetrics(MicrometerMetrics.withoutPerResourceMetrics(meters)));
        var config = OperatorConfig.from(Map.of(
                "STRATA_NAMESPACE", "strata-system",
                "STRATA_POD_NAME", "strata-operator-test",
                "STRATA_BUILDER_IMAGE", "local/strata-builder:1",
                "STRATA_REGISTRY_IMAGE", "local/strata-registry:1",
                "STRATA_BUILDS_NODE_SELECTOR", "pool=builds"));
        OperatorMain.register(
                operator, new ImageBuildReconciler(own, config, new BuildMetrics(meters), Reach.LOOPBACK_TOO));
        operator.start();
    }

    private HttpServer registry() throws IOException {
        var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        made.createContext("/v2/team/app/manifests/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                boolean there = pushed.contains(path.substring(path.lastIndexOf('/') + 1));
                exchange.sendResponseHeaders(there ? 200 : 404, -1);
            }
        });
        made.start();
        return made;
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        operator.stop();
        registry.stop(0);
        server.close();
    }

    KubernetesClient client() {
        return server.client();
    }

    PlayedCluster cluster() {
        return new PlayedCluster(client());
    }

    PlayedJobController jobController() {
        return new PlayedJobController(client());
    }

    BuildReport good(String digest) {
        return new BuildReport(image(digest), 1234, List.of("latest"), "sha256:0", 1, 0, Map.of(), null);
    }

    String image(String digest) {
        return repository() + "@" + digest;
    }

    String repository() {
        return "127.0.0.1:" + registry.getAddress().getPort() + "/team/app";
    }

    static void await(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .untilAsserted(assertion);
    }

    void apply(String namespace, String name, String dockerfile) {
        client().resource(imageBuild(namespace, name, dockerfile, false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
    }

    /// Changes some fields of the ImageBuild `hello`.
    void merge(String namespace, Map<String, Object> fields) {
        client().resources(ImageBuild.class)
                .inNamespace(namespace)
                .withName("hello")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        client().getKubernetesSerialization().asJson(fields));
    }

    ImageBuild imageBuild(String namespace, String name, String dockerfile, boolean suspend) {
        String yaml = """
                apiVersion: strata.dev/v1alpha1
                kind: ImageBuild
                metadata:
                  name: %s
                  namespace: %s
                spec:
                  suspend: %s
                  source:
                    inline:
                      files:
                        Dockerfile: %s
                  output:
                    image: 127.0.0.1:%d/team/app
                    secretRef:
                      name: push
                """.formatted(
                        name,
                        namespace,
                        suspend,
                        Serialization.asJson(dockerfile),
                        registry.getAddress().getPort());
        return Serialization.unmarshal(yaml, ImageBuild.class);
    }

    List<Job> jobs(String namespace) {
        return client().batch().v1().jobs().inNamespace(namespace).list().getItems();
    }

    ImageBuildStatus status(String namespace, String name) {
        ImageBuildStatus status = client().resources(ImageBuild.class)
                .inNamespace(namespace)
                .withName(name)
                .get()
                .getStatus();
        assertThat(status).isNotNull();
        return status;
    }

    Condition condition(String namespace, String name, String type) {
        return nonNull(Conditions.find(status(namespace, name).conditions(), type));
    }

    private static Condition nonNull(@Nullable Condition condition) {
        if (condition == null) {
            throw new AssertionError("the condition is missing");
        }
        return condition;
    }
}
