/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.crds.registry.Registry;
import dev.strata.crds.registry.RegistryStatus;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.ReportJson;
import dev.strata.operator.apiserver.ApiServer;
import dev.strata.operator.condition.Conditions;
import dev.strata.operator.condition.Truth;
import dev.strata.operator.config.OperatorConfig;
import dev.strata.operator.confirm.Reach;
import dev.strata.operator.imagebuild.ImageBuildReconciler;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// The reconciler on a real API server, for a test that plays the Job controller and the kubelet, which do not run.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BuildsOnApiServer {
    static final String DIGEST = "sha256:" + "a".repeat(64);

    final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /// Digests that the registry shows.
    final Set<String> pushed = ConcurrentHashMap.newKeySet();

    @SuppressWarnings("NullAway.Init")
    private HttpServer registry;

    @SuppressWarnings("NullAway.Init")
    private ApiServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Operator operator;

    @BeforeAll
    void start() throws IOException {
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/v2/team/app/manifests/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                boolean there = pushed.contains(path.substring(path.lastIndexOf('/') + 1));
                exchange.sendResponseHeaders(there ? 200 : 404, -1);
            }
        });
        registry.start();
        server = ApiServer.start();
        client = server.client();
        try (Stream<Path> files = Files.list(Path.of("../crds"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                client.load(Files.newInputStream(file)).create();
            }
        }
        namespace("strata-system", "privileged");
        node();
        isolationCheck();
        var config = OperatorConfig.from(Map.of(
                "STRATA_NAMESPACE", "strata-system",
                "STRATA_POD_NAME", "strata-operator-test",
                "STRATA_BUILDER_IMAGE", "local/strata-builder:1",
                "STRATA_REGISTRY_IMAGE", "local/strata-registry:1",
                "STRATA_BUILDS_NODE_SELECTOR", "pool=builds"));
        rights();
        KubernetesClient own = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(client.getConfiguration())
                        .withImpersonateUsername("strata-operator")
                        .build())
                .build();
        operator = new Operator(overrider -> overrider
                .withKubernetesClient(own)
                .withMetrics(MicrometerMetrics.withoutPerResourceMetrics(meters))
                .withConcurrentReconciliationThreads(OperatorMain.RECONCILERS));
        OperatorMain.register(
                operator, new ImageBuildReconciler(own, config, new BuildMetrics(meters), Reach.LOOPBACK_TOO));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() ->
                        client.resources(ImageBuild.class).list().getItems().isEmpty());
        operator.start();
    }

    @AfterAll
    void stop() throws IOException {
        operator.stop();
        registry.stop(0);
        server.close();
    }

    void readyRegistry(String namespace, String name) {
        Registry made = client.resource(Serialization.unmarshal("""
                        apiVersion: strata.dev/v1alpha1
                        kind: Registry
                        metadata: {name: %s, namespace: %s}
                        spec: {}
                        """.formatted(name, namespace), Registry.class))
                .create();
        var ready = Conditions.of(Conditions.READY, Truth.TRUE, "Serving", "", 1);
        made.setStatus(
                new RegistryStatus(Conditions.merge(null, List.of(ready), Instant.now()), 1L, "images", null, null));
        client.resource(made).updateStatus();
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
        client.resource(imageBuild(namespace, name, dockerfile, false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
    }

    /// Changes some fields of the ImageBuild `hello`.
    void merge(String namespace, Map<String, Object> fields) {
        client.resources(ImageBuild.class)
                .inNamespace(namespace)
                .withName("hello")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        client.getKubernetesSerialization().asJson(fields));
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

    /// Plays the Job controller and the kubelet: a pod of the Job's template, ended, and the Job with it.
    void complete(Job job, BuildReport report, int exitCode) {
        Pod pod = pod(job, job.getSpec().getTemplate().getSpec());
        boolean good = exitCode == 0;
        client.resource(pod)
                .editStatus(p -> new PodBuilder(p)
                        .withNewStatus()
                        .withPhase(good ? "Succeeded" : "Failed")
                        .addNewContainerStatus()
                        .withName("build")
                        .withImage("local/strata-builder:1")
                        .withImageID("")
                        .withReady(false)
                        .withRestartCount(0)
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(exitCode)
                        .withReason(good ? "Completed" : "Error")
                        .withMessage(new String(ReportJson.bytes(report), UTF_8))
                        .endTerminated()
                        .endState()
                        .endContainerStatus()
                        .endStatus()
                        .build());
        client.resource(job).editStatus(j -> ended(j, good));
    }

    Pod pod(Job job, PodSpec spec) {
        return client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(job.getMetadata().getName() + "-x")
                        .withNamespace(job.getMetadata().getNamespace())
                        .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                        .addNewOwnerReference()
                        .withApiVersion("batch/v1")
                        .withKind("Job")
                        .withName(job.getMetadata().getName())
                        .withUid(job.getMetadata().getUid())
                        .endOwnerReference()
                        .endMetadata()
                        .withSpec(spec)
                        .build())
                .create();
    }

    static Job ended(Job job, boolean good) {
        String now = job.getMetadata().getCreationTimestamp();
        var status = new JobBuilder(job)
                .withNewStatus()
                .withStartTime(now)
                .withSucceeded(good ? 1 : 0)
                .withFailed(good ? 0 : 1)
                .withCompletionTime(good ? now : null)
                .addNewCondition()
                .withType(good ? "SuccessCriteriaMet" : "FailureTarget")
                .withStatus("True")
                .withReason("Test")
                .withMessage("")
                .withLastTransitionTime(now)
                .endCondition()
                .addNewCondition()
                .withType(good ? "Complete" : "Failed")
                .withStatus("True")
                .withReason("Test")
                .withMessage("")
                .withLastTransitionTime(now)
                .endCondition();
        return status.endStatus().build();
    }

    List<Job> jobs(String namespace) {
        return client.batch().v1().jobs().inNamespace(namespace).list().getItems();
    }

    ImageBuildStatus status(String namespace, String name) {
        ImageBuildStatus status = client.resources(ImageBuild.class)
                .inNamespace(namespace)
                .withName(name)
                .get()
                .getStatus();
        assertThat(status).isNotNull();
        return status;
    }

    Condition condition(String namespace, String name, String type) {
        Condition found = Conditions.find(status(namespace, name).conditions(), type);
        return nonNull(found);
    }

    private static Condition nonNull(@Nullable Condition condition) {
        if (condition == null) {
            throw new AssertionError("the condition is missing");
        }
        return condition;
    }

    void namespace(String name, String level) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("pod-security.kubernetes.io/enforce", level)
                        .addToLabels("pod-security.kubernetes.io/enforce-version", "latest")
                        .endMetadata()
                        .build())
                .create();
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("push")
                        .withNamespace(name)
                        .endMetadata()
                        .withType("kubernetes.io/dockerconfigjson")
                        .addToStringData(".dockerconfigjson", "{\"auths\":{}}")
                        .build())
                .create();
    }

    /// The operator acts with the rights that the chart gives it, and no more.
    private void rights() throws IOException {
        client.load(Files.newInputStream(Path.of("../helm/tests/golden/clusterrole.yaml")))
                .create();
        client.load(new ByteArrayInputStream("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: strata-operator}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: strata-operator}
                subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: strata-operator}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: strata-operator, namespace: strata-system}
                rules: [{apiGroups: [apps], resources: [daemonsets], verbs: [get]}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: strata-operator, namespace: strata-system}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: strata-operator}
                subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: strata-operator}]
                """.getBytes(UTF_8))).create();
    }

    private void node() {
        var node = client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName("node")
                        .addToLabels("pool", "builds")
                        .endMetadata()
                        .build())
                .create();
        client.resource(node)
                .editStatus(n -> new NodeBuilder(n)
                        .editOrNewStatus()
                        .addNewRuntimeHandler()
                        .withName("runc")
                        .withNewFeatures(false, true)
                        .endRuntimeHandler()
                        .endStatus()
                        .build());
    }

    private void isolationCheck() {
        var set = client.resource(new DaemonSetBuilder()
                        .withNewMetadata()
                        .withName("strata-isolation-check")
                        .withNamespace("strata-system")
                        .endMetadata()
                        .withNewSpec()
                        .withNewSelector()
                        .addToMatchLabels("app", "check")
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .addToLabels("app", "check")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("check")
                        .withImage("local/strata-builder:1")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
        client.resource(set)
                .editStatus(s -> new DaemonSetBuilder(s)
                        .withNewStatus()
                        .withCurrentNumberScheduled(1)
                        .withDesiredNumberScheduled(1)
                        .withNumberMisscheduled(0)
                        .withNumberReady(1)
                        .endStatus()
                        .build());
    }
}
