/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.TreeMap;

/// Tells the node agents of a changed trust map. A kubelet looks at a mounted ConfigMap about once a
/// minute, and at once when an annotation of its pod changes.
final class AgentPods {
    static final String TRUST = "strata.dev/node-trust-hash";

    private final KubernetesClient client;
    private final String namespace;

    AgentPods(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /// Writes the hash of the map on every agent's pod that has another.
    void tell(Map<String, String> trust) {
        String hash = ClusterObjects.hash(client.getKubernetesSerialization().asJson(new TreeMap<>(trust)));
        for (Pod pod : client.pods()
                .inNamespace(namespace)
                .withLabel("app.kubernetes.io/name", RegistryNames.NODE_AGENT)
                .list()
                .getItems()) {
            Map<String, String> annotations = pod.getMetadata().getAnnotations();
            if (annotations == null || !hash.equals(annotations.get(TRUST))) {
                write(pod, hash);
            }
        }
    }

    private void write(Pod pod, String hash) {
        String patch = client.getKubernetesSerialization()
                .asJson(Map.of("metadata", Map.of("annotations", Map.of(TRUST, hash))));
        try {
            client.pods()
                    .inNamespace(namespace)
                    .withName(pod.getMetadata().getName())
                    .patch(
                            new PatchContext.Builder()
                                    .withPatchType(PatchType.JSON_MERGE)
                                    .withFieldManager(RegistryNames.OPERATOR)
                                    .build(),
                            patch);
        } catch (KubernetesClientException e) {
            // The pod of a node that is going away: its successor reads the map at its start.
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }
}
