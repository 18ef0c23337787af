/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A ConfigMap of the operator's namespace with one key per Registry. A merge patch of one key
/// leaves the others alone,
/// which server-side apply with one field manager would not.
final class SharedMap {
    private final KubernetesClient client;
    private final String namespace;
    private final String name;

    SharedMap(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
    }

    Map<String, String> all() {
        ConfigMap map = resource().get();
        return map == null || map.getData() == null ? Map.of() : map.getData();
    }

    /// Sets the key, or removes it when `value` is null. Writes only on a difference.
    void put(String key, @Nullable String value) {
        if (Objects.equals(all().get(key), value)) {
            return;
        }
        String patch = client.getKubernetesSerialization().asJson(Map.of("data", Collections.singletonMap(key, value)));
        try {
            resource().patch(context(), patch);
        } catch (KubernetesClientException e) {
            if (e.getCode() != 404 || value == null) {
                throw e;
            }
            create();
            resource().patch(context(), patch);
        }
    }

    private void create() {
        var empty = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels(RegistryNames.MANAGED_BY, RegistryNames.OPERATOR)
                .endMetadata()
                .build();
        try {
            client.resource(empty).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }

    private Resource<ConfigMap> resource() {
        return client.configMaps().inNamespace(namespace).withName(name);
    }

    private static PatchContext context() {
        return new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(RegistryNames.OPERATOR)
                .build();
    }
}
