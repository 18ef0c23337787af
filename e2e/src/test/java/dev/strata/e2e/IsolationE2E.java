/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.strata.e2e.actors.BuildManifest;
import dev.strata.e2e.actors.ClusterUser;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Where builds run and where they refuse to.
final class IsolationE2E {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String IMAGE = "registry.demo.svc.cluster.local:5000/e2e/isolation:1";

    private final ClusterUser user = ClusterUser.in("demo");

    @Test
    void buildsRunInUserNamespacesUnderTheLevelBaseline() {
        JsonNode labels = user.get("namespace", "demo").at("/metadata/labels");
        assertThat(labels.path("pod-security.kubernetes.io/enforce").asText()).isEqualTo("baseline");
        assertThat(labels.path("pod-security.kubernetes.io/enforce-version").asText())
                .isEqualTo("latest");
        assertThat(user.get("imagebuild", "debian-vim")
                        .at("/status/isolationMode")
                        .asText())
                .isEqualTo("NestedUserNamespace");

        JsonNode spec =
                user.list("pod", "strata.dev/imagebuild=debian-vim").getFirst().path("spec");
        assertThat(spec.path("hostUsers").isBoolean()).isTrue();
        assertThat(spec.path("hostUsers").asBoolean()).isFalse();
        assertThat(spec.path("hostNetwork").asBoolean()).isFalse();
        assertThat(spec.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(spec.path("containers")).hasSize(1);
        assertThat(spec.at("/containers/0/securityContext")).hasToString("""
                        {"procMount":"Unmasked","seccompProfile":{"localhostProfile":"strata/builder.json","type":"Localhost"}}\
                        """);
    }

    @Test
    void restrictedNamespaceGetsNoJobAndNoPod() {
        ClusterUser restricted = ClusterUser.withNamespace("e2e-restricted", "restricted");
        restricted
                .apply(BuildManifest.named("refused")
                        .file("a.txt", "a")
                        .image(IMAGE)
                        .dockerfile("FROM scratch\nCOPY a.txt /\n")
                        .json())
                .orFail();

        JsonNode build = restricted.waitForBuild("refused", "Stalled", "True", LIMIT);

        String why =
                "IsolationUnavailable: namespace e2e-restricted enforces Pod Security restricted of version latest,"
                        + " mode NestedUserNamespace needs baseline of version 1.35 or later. Try: kubectl label namespace"
                        + " e2e-restricted --overwrite pod-security.kubernetes.io/enforce=baseline"
                        + " pod-security.kubernetes.io/enforce-version=latest";
        assertThat(List.of("Ready", "Reconciling", "Stalled"))
                .extracting(type -> ClusterUser.conditionLine(build, type))
                .containsExactly("Ready=False " + why, "Reconciling=False " + why, "Stalled=True " + why);
        assertThat(restricted.run("get", "jobs,pods", "-o", "name").orFail()).isEmpty();
        restricted.run("delete", "namespace", "e2e-restricted", "--wait=false").orFail();
    }

    @Test
    void builderWithoutAUserNamespaceRefusesAndRunsNothing() {
        ClusterUser open = ClusterUser.withNamespace("e2e-open", "privileged");
        open.apply(builder("RuntimeDefault", "")).orFail();

        JsonNode pod = open.waitFor(
                "pod",
                "builder",
                LIMIT,
                "ended",
                found -> found.at("/status/phase").asText().equals("Failed"));

        JsonNode end = pod.at("/status/containerStatuses/0/state/terminated");
        assertThat(end.path("exitCode").asInt()).isEqualTo(71);
        assertThat(end.path("message").asText()).contains("\"reason\":\"IsolationUnavailable\"");
        assertThat(open.run("logs", "builder").orFail())
                .isEqualTo(
                        "IsolationUnavailable: /proc/self/uid_map maps an id to the host's id 0; check that the pod has"
                                + " hostUsers: false and that the node supports user namespaces\n");
        open.run("delete", "namespace", "e2e-open", "--wait=false").orFail();
    }

    @Test
    void seccompProfileOfBuildersIsRefusedWithoutAUserNamespace() {
        assertThat(user.apply(builder("Localhost", ", localhostProfile: strata/builder.json"))
                        .error())
                .contains("a pod that names a seccomp profile of Strata (strata/...) needs spec.hostUsers: false");
    }

    private static String builder(String seccomp, String profile) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: builder}
                spec:
                  restartPolicy: Never
                  containers:
                  - name: build
                    image: local/strata-builder:1
                    imagePullPolicy: IfNotPresent
                    command: [/usr/bin/strata-launcher, nest, --, /bin/echo, this ran]
                    securityContext: {seccompProfile: {type: %s%s}}
                """.formatted(seccomp, profile);
    }
}
