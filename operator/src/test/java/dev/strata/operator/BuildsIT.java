/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.strata.operator.imagebuild.ImageBuildReconciler;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The reconciler on a real API server. The test plays the Job controller and the kubelet, which do not run.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BuildsIT {
    private static final String DIGEST = "sha256:" + "a".repeat(64);

    /// Digests that the registry shows.
    private final Set<String> pushed = ConcurrentHashMap.newKeySet();

    @SuppressWarnings("NullAway.Init")
    private HttpServer registry;

    @SuppressWarnings("NullAway.Init")
    private ApiServer server;

    @SuppressWarnings("NullAway.Init")
    private KubernetesClient client;

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
        operator = new Operator(overrider -> overrider.withKubernetesClient(own));
        OperatorMain.register(
                operator, new ImageBuildReconciler(own, config, new BuildMetrics(new SimpleMeterRegistry())));
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

    @Test
    void oneJobForEachChangeAndNoneForTheSameAgain() {
        namespace("team", "baseline");
        apply("team", "hello", "FROM scratch");
        await(() -> assertThat(jobs("team")).hasSize(1));
        Job first = jobs("team").getFirst();
        assertThat(first.getMetadata().getName()).matches("hello-1-[0-9a-f]{5}");
        assertThat(first.getSpec().getTemplate().getSpec().getNodeSelector()).isEqualTo(Map.of("pool", "builds"));
        await(() -> assertThat(condition("team", "hello", "Ready").getReason()).isEqualTo("Building"));

        pushed.add(DIGEST);
        complete(first, good(DIGEST), 0);
        await(() -> assertThat(condition("team", "hello", "Ready").getStatus()).isEqualTo("True"));
        ImageBuildStatus status = status("team", "hello");
        assertThat(status.image()).isEqualTo(new ImageBuildStatus.Image(image(DIGEST), DIGEST, 1234L));
        assertThat(status.buildNumber()).isEqualTo(1);
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.isolationMode()).isEqualTo("NestedUserNamespace");

        apply("team", "hello", "FROM scratch");
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(jobs("team")).hasSize(1));

        apply("team", "hello", "FROM scratch\nLABEL changed=true");
        await(() -> assertThat(jobs("team")).hasSize(2));
        await(() -> assertThat(status("team", "hello").buildNumber()).isEqualTo(2));
        assertThat(status("team", "hello").image()).as("of the last good build").isNotNull();
    }

    @Test
    void aFailedBuildIsToldInTheBuildersWords() {
        namespace("failing", "baseline");
        apply("failing", "broken", "FROM scratch\nRUN false");
        await(() -> assertThat(jobs("failing")).hasSize(1));
        complete(
                jobs("failing").getFirst(),
                new BuildReport(
                        null,
                        0,
                        List.of(),
                        null,
                        1,
                        0,
                        Map.of(),
                        new BuildReport.Failure(
                                "InstructionFailed", "Dockerfile:2: RUN ended with 1", "RUN false", 2, 1, "oh", null)),
                1);
        await(() -> assertThat(condition("failing", "broken", "Stalled").getStatus())
                .isEqualTo("True"));
        assertThat(condition("failing", "broken", "Ready").getReason()).isEqualTo("InstructionFailed");
        assertThat(status("failing", "broken").lastFailure())
                .extracting(ImageBuildStatus.Failure::line, ImageBuildStatus.Failure::logTail)
                .containsExactly(2, "oh");
    }

    @Test
    void nothingIsMadeInARestrictedNamespace() {
        namespace("restricted", "restricted");
        apply("restricted", "hello", "FROM scratch");
        await(() -> assertThat(condition("restricted", "hello", "Stalled").getReason())
                .isEqualTo("IsolationUnavailable"));
        assertThat(condition("restricted", "hello", "Ready").getMessage())
                .contains("needs baseline of version 1.35 or later")
                .contains("kubectl label namespace restricted --overwrite");
        assertThat(jobs("restricted")).isEmpty();
    }

    @Test
    void aMissingSecretIsNamedBeforeAnythingIsMade() {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("secretless")
                        .endMetadata()
                        .build())
                .create();
        apply("secretless", "hello", "FROM scratch");
        await(() -> assertThat(condition("secretless", "hello", "Ready").getMessage())
                .startsWith("there is no Secret secretless/push"));
        assertThat(condition("secretless", "hello", "Ready").getReason()).isEqualTo("SecretNotFound");
        assertThat(condition("secretless", "hello", "Reconciling").getStatus()).isEqualTo("True");
        assertThat(jobs("secretless")).isEmpty();
    }

    @Test
    void everyPullSecretMustBeThereAndBeOne() {
        namespace("pulls", "baseline");
        ImageBuild build = imageBuild("pulls", "hello", "FROM scratch", false);
        String yaml = Serialization.asYaml(build).replace("spec:", "spec:\n  build: {pullSecrets: [{name: base}]}");
        client.resource(Serialization.unmarshal(yaml, ImageBuild.class)).create();
        await(() -> assertThat(condition("pulls", "hello", "Ready").getMessage())
                .startsWith("there is no Secret pulls/base"));
        assertThat(condition("pulls", "hello", "Ready").getReason()).isEqualTo("SecretNotFound");

        var wrong = new SecretBuilder()
                .withNewMetadata()
                .withName("base")
                .withNamespace("pulls")
                .endMetadata()
                .addToStringData("password", "x")
                .build();
        client.resource(wrong).create();
        await(() -> assertThat(condition("pulls", "hello", "Ready").getReason()).isEqualTo("CredentialsInvalid"));
        assertThat(jobs("pulls")).isEmpty();

        client.resource(wrong).delete();
        client.resource(new SecretBuilder(wrong)
                        .withType("kubernetes.io/dockerconfigjson")
                        .withStringData(Map.of(".dockerconfigjson", "{\"auths\":{}}"))
                        .build())
                .create();
        await(() -> assertThat(jobs("pulls")).hasSize(1));
    }

    @Test
    void anImageThatTheRegistryDoesNotShowIsNotReady() {
        namespace("lost", "baseline");
        apply("lost", "hello", "FROM scratch");
        await(() -> assertThat(jobs("lost")).hasSize(1));
        String digest = "sha256:" + "c".repeat(64);
        complete(jobs("lost").getFirst(), good(digest), 0);
        await(() -> assertThat(condition("lost", "hello", "Ready").getReason()).isEqualTo("ImageNotFound"));
        assertThat(condition("lost", "hello", "Ready").getStatus()).isEqualTo("False");
        assertThat(condition("lost", "hello", "Stalled").getStatus()).isEqualTo("False");

        pushed.add(digest);
        await(() -> assertThat(condition("lost", "hello", "Ready").getStatus()).isEqualTo("True"));
        assertThat(jobs("lost")).as("it is asked again, not built again").hasSize(1);
    }

    @Test
    void aRegistryOfAnotherNamespaceIsUsedOnlyWhenItIsShared() {
        namespace("owner", "baseline");
        namespace("guest", "baseline");
        readyRegistry("owner", "images");
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("strata-push-images")
                        .withNamespace("guest")
                        .endMetadata()
                        .withType("kubernetes.io/dockerconfigjson")
                        .addToStringData(".dockerconfigjson", "{\"auths\":{}}")
                        .build())
                .create();
        client.resource(Serialization.unmarshal("""
                        apiVersion: strata.dev/v1alpha1
                        kind: ImageBuild
                        metadata: {name: hello, namespace: guest}
                        spec:
                          source: {inline: {files: {Dockerfile: FROM scratch}}}
                          output:
                            registryRef: {name: images, namespace: owner}
                            repository: hello
                        """, ImageBuild.class)).create();
        await(() -> assertThat(condition("guest", "hello", "Ready").getReason()).isEqualTo("RegistryNotShared"));
        assertThat(condition("guest", "hello", "Ready").getMessage())
                .contains("Registry owner/images does not let namespace guest push")
                .contains("kubectl -n owner patch registry images");
        assertThat(jobs("guest")).isEmpty();

        // The patch of the message itself.
        String message = condition("guest", "hello", "Ready").getMessage();
        String patch = message.substring(message.indexOf('\'') + 1, message.lastIndexOf('\''));
        client.resources(Registry.class)
                .inNamespace("owner")
                .withName("images")
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
        await(() -> assertThat(jobs("guest")).hasSize(1));
        assertThat(jobs("guest").getFirst().getSpec().getTemplate().getSpec().getVolumes())
                .filteredOn(volume -> volume.getSecret() != null)
                .extracting(volume -> volume.getSecret().getSecretName())
                .containsExactly("strata-push-images");
    }

    @Test
    void aJobOfThatNameIsAdoptedOnlyWhenItIsThisBuilds() {
        namespace("taken", "baseline");
        ImageBuild build = client.resource(imageBuild("taken", "hello", "FROM scratch", true))
                .create();
        var foreign = new JobBuilder()
                .withNewMetadata()
                .withName("hello-1-" + build.getMetadata().getUid().substring(0, 5))
                .withNamespace("taken")
                .endMetadata()
                .withNewSpec()
                .withSuspend(true)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("build")
                .withImage("foreign")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        client.resource(foreign).create();
        client.resource(imageBuild("taken", "hello", "FROM scratch", false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
        await(() -> assertThat(condition("taken", "hello", "Ready").getReason()).isEqualTo("PodForbidden"));
        assertThat(condition("taken", "hello", "Ready").getMessage())
                .contains("a Job " + foreign.getMetadata().getName() + " is there that is not of this build");

        client.resource(foreign).delete();
        Job own = new JobBuilder(foreign)
                .editMetadata()
                .addToAnnotations("strata.dev/build-number", "1")
                .addNewOwnerReference()
                .withApiVersion("strata.dev/v1alpha1")
                .withKind("ImageBuild")
                .withName("hello")
                .withController(true)
                .withUid(build.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .build();
        client.resource(own).create();
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(condition("taken", "hello", "Ready").getReason())
                                .as("it has another rebuild key")
                                .isEqualTo("PodForbidden"));

        client.resource(own).delete();
        await(() -> assertThat(condition("taken", "hello", "Ready").getReason()).isEqualTo("Building"));
        assertThat(jobs("taken").getFirst().getMetadata().getAnnotations()).containsKey("strata.dev/rebuild-key");
    }

    @Test
    void theRequestIsBoundToItsJobAndNeverWrittenOverAForeignConfigMap() {
        namespace("bound", "baseline");
        ImageBuild build = client.resource(imageBuild("bound", "hello", "FROM scratch", true))
                .create();
        ConfigMap foreign = client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("hello-1-" + build.getMetadata().getUid().substring(0, 5))
                        .withNamespace("bound")
                        .endMetadata()
                        .addToData("request.json", "{}")
                        .build())
                .create();
        client.resource(imageBuild("bound", "hello", "FROM scratch", false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
        await(() -> assertThat(condition("bound", "hello", "Ready").getReason()).isEqualTo("PodForbidden"));
        assertThat(condition("bound", "hello", "Ready").getMessage())
                .contains("a ConfigMap " + foreign.getMetadata().getName() + " is there that is not of this build")
                .contains("kubectl -n bound delete configmap");
        assertThat(jobs("bound")).isEmpty();
        assertThat(client.resource(foreign).get().getData()).containsEntry("request.json", "{}");

        client.resource(foreign).delete();
        await(() -> assertThat(jobs("bound")).hasSize(1));
        ConfigMap request = client.resource(foreign).get();
        EnvVar digest = jobs("bound")
                .getFirst()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getEnv()
                .getFirst();
        assertThat(digest.getName()).isEqualTo("STRATA_REQUEST_DIGEST");
        assertThat(digest.getValue())
                .isEqualTo(ReportJson.digest(
                        String.valueOf(request.getData().get("request.json")).getBytes(UTF_8)));
        assertThatThrownBy(() -> client.resource(request)
                        .edit(map -> new ConfigMapBuilder(map)
                                .addToData("request.json", "{}")
                                .build()))
                .hasMessageContaining("immutable");
    }

    @Test
    void aPodThatIsNotWhatWasAskedForIsDeletedAtOnce() {
        namespace("changed", "privileged");
        apply("changed", "hello", "FROM scratch");
        await(() -> assertThat(jobs("changed")).hasSize(1));
        Job job = jobs("changed").getFirst();
        PodSpec changed = Serialization.clone(job.getSpec().getTemplate().getSpec());
        changed.setHostUsers(null);
        changed.getContainers().getFirst().getSecurityContext().setProcMount(null);
        changed.getVolumes()
                .add(new VolumeBuilder()
                        .withName("more")
                        .withNewEmptyDir()
                        .endEmptyDir()
                        .build());
        pod(job, changed);
        await(() -> assertThat(client.pods().inNamespace("changed").list().getItems())
                .isEmpty());
        Job ended = jobs("changed").getFirst();
        assertThat(ended.getSpec().getActiveDeadlineSeconds()).isEqualTo(1);
        client.resource(ended).editStatus(j -> ended(j, false));
        await(() ->
                assertThat(condition("changed", "hello", "Stalled").getStatus()).isEqualTo("True"));
        assertThat(condition("changed", "hello", "Ready").getReason()).isEqualTo("IsolationUnavailable");
        assertThat(condition("changed", "hello", "Ready").getMessage())
                .contains("spec.containers[0].securityContext, spec.hostUsers, spec.volumes");
    }

    @Test
    void aResourceThatIsMadeAgainBeginsAnew() {
        namespace("again", "baseline");
        apply("again", "hello", "FROM scratch");
        await(() -> assertThat(jobs("again")).hasSize(1));
        pushed.add(DIGEST);
        complete(jobs("again").getFirst(), good(DIGEST), 0);
        await(() -> assertThat(condition("again", "hello", "Ready").getStatus()).isEqualTo("True"));

        client.resource(imageBuild("again", "hello", "FROM scratch", false)).delete();
        apply("again", "hello", "FROM scratch");
        await(() -> assertThat(condition("again", "hello", "Ready").getReason()).isEqualTo("Building"));
        String uid = client.resources(ImageBuild.class)
                .inNamespace("again")
                .withName("hello")
                .get()
                .getMetadata()
                .getUid();
        Awaitility.await()
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(jobs("again"))
                        .filteredOn(job -> job.getMetadata()
                                .getOwnerReferences()
                                .getFirst()
                                .getUid()
                                .equals(uid))
                        .extracting(job -> job.getMetadata().getName())
                        .containsExactly("hello-1-" + uid.substring(0, 5)));
        assertThat(status("again", "hello").image()).isNull();
        assertThat(status("again", "hello").buildNumber()).isEqualTo(1);
    }

    private void readyRegistry(String namespace, String name) {
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

    private BuildReport good(String digest) {
        return new BuildReport(image(digest), 1234, List.of("latest"), "sha256:0", 1, 0, Map.of(), null);
    }

    private String image(String digest) {
        return "127.0.0.1:" + registry.getAddress().getPort() + "/team/app@" + digest;
    }

    private static void await(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .untilAsserted(assertion);
    }

    private void apply(String namespace, String name, String dockerfile) {
        client.resource(imageBuild(namespace, name, dockerfile, false))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
    }

    private ImageBuild imageBuild(String namespace, String name, String dockerfile, boolean suspend) {
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
    private void complete(Job job, BuildReport report, int exitCode) {
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

    private Pod pod(Job job, PodSpec spec) {
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

    private static Job ended(Job job, boolean good) {
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

    private List<Job> jobs(String namespace) {
        return client.batch().v1().jobs().inNamespace(namespace).list().getItems();
    }

    private ImageBuildStatus status(String namespace, String name) {
        ImageBuildStatus status = client.resources(ImageBuild.class)
                .inNamespace(namespace)
                .withName(name)
                .get()
                .getStatus();
        assertThat(status).isNotNull();
        return status;
    }

    private Condition condition(String namespace, String name, String type) {
        Condition found = Conditions.find(status(namespace, name).conditions(), type);
        return nonNull(found);
    }

    private static Condition nonNull(@Nullable Condition condition) {
        if (condition == null) {
            throw new AssertionError("the condition is missing");
        }
        return condition;
    }

    private void namespace(String name, String level) {
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
