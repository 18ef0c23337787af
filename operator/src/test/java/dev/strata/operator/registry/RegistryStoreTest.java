/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RegistryStoreTest {
    @Test
    void ofAStatefulSetOnlyItsOwnerIsKept() {
        StatefulSet kept = kept(Serialization.unmarshal("""
                apiVersion: apps/v1
                kind: StatefulSet
                metadata:
                  name: images
                  namespace: team
                  labels: {a: b}
                  annotations: {a: b}
                  ownerReferences:
                  - {apiVersion: strata.dev/v1alpha1, kind: Registry, name: images, uid: "1", controller: true}
                  - {apiVersion: v1, kind: ConfigMap, name: theirs, uid: "2"}
                spec: {replicas: 1}
                status: {replicas: 1}
                """, StatefulSet.class));
        assertThat(kept.getSpec()).isNull();
        assertThat(kept.getStatus()).isNull();
        assertThat(kept.getMetadata().getLabels()).isEmpty();
        assertThat(kept.getMetadata().getAnnotations()).isEmpty();
        assertThat(kept.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getName()).isEqualTo("images"));
    }

    @Test
    void aNamespaceKeepsTheLabelsByWhichItIsSelected() {
        Namespace kept = kept(new NamespaceBuilder()
                .withNewMetadata()
                .withName("team")
                .addToLabels("a", "b")
                .addToAnnotations("a", "b")
                .endMetadata()
                .build());
        assertThat(kept.getMetadata().getLabels()).containsEntry("a", "b");
        assertThat(kept.getMetadata().getAnnotations()).isEmpty();
    }

    private static <R extends HasMetadata> R kept(R resource) {
        var store = new RegistryStore<R>();
        store.put(store.getKey(resource), resource);
        return Objects.requireNonNull(store.get(store.getKey(resource)));
    }
}
