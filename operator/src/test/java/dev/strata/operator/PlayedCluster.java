/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a cluster has before the first build: Strata's namespace, rights and isolation check, a node, and namespaces
/// for builds.
final class PlayedCluster {
    private final KubernetesClient client;

    PlayedCluster(KubernetesClient client) {
        this.client = client;
    }

    /// Makes all but the namespaces for builds.
    void install() throws IOException {
        namespace("strata-system", "privileged");
        node();
        isolationCheck();
        rights();
    }

    /// Makes a namespace of that level of Pod Security, with a Secret `push` for its builds.
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
