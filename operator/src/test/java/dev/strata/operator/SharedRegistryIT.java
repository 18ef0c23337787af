/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.registry.Registry;
import dev.strata.crds.registry.RegistryStatus;
import dev.strata.operator.condition.Conditions;
import dev.strata.operator.condition.Truth;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Builds whose Registry is in another namespace.
class SharedRegistryIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    @Test
    void aRegistryOfAnotherNamespaceIsUsedOnlyWhenItIsShared() {
        builds.cluster().namespace("owner", "baseline");
        builds.cluster().namespace("guest", "baseline");
        readyRegistry("owner", "images");
        builds.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("strata-push-owner.images")
                        .withNamespace("guest")
                        .endMetadata()
                        .withType("kubernetes.io/dockerconfigjson")
                        .addToStringData(".dockerconfigjson", "{\"auths\":{}}")
                        .build())
                .create();
        builds.client().resource(Serialization.unmarshal("""
                        apiVersion: strata.dev/v1alpha1
                        kind: ImageBuild
                        metadata: {name: hello, namespace: guest}
                        spec:
                          source: {inline: {files: {Dockerfile: FROM scratch}}}
                          output:
                            registryRef: {name: images, namespace: owner}
                            repository: hello
                        """, ImageBuild.class)).create();
        await(() -> assertThat(builds.condition("guest", "hello", "Ready").getReason())
                .isEqualTo("RegistryNotShared"));
        assertThat(builds.condition("guest", "hello", "Ready").getMessage())
                .contains("Registry owner/images does not let namespace guest push")
                .contains("kubectl -n owner patch registry images");
        assertThat(builds.jobs("guest")).isEmpty();

        // The patch of the message itself.
        String message = builds.condition("guest", "hello", "Ready").getMessage();
        String patch = message.substring(message.indexOf('\'') + 1, message.lastIndexOf('\''));
        builds.client()
                .resources(Registry.class)
                .inNamespace("owner")
                .withName("images")
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
        await(() -> assertThat(builds.jobs("guest")).hasSize(1));
        assertThat(builds.jobs("guest")
                        .getFirst()
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getVolumes())
                .filteredOn(volume -> volume.getSecret() != null)
                .extracting(volume -> volume.getSecret().getSecretName())
                .containsExactly("strata-push-owner.images");
    }

    private static void readyRegistry(String namespace, String name) {
        Registry made = builds.client()
                .resource(Serialization.unmarshal("""
                        apiVersion: strata.dev/v1alpha1
                        kind: Registry
                        metadata: {name: %s, namespace: %s}
                        spec: {}
                        """.formatted(name, namespace), Registry.class))
                .create();
        var ready = Conditions.of(Conditions.READY, Truth.TRUE, "Serving", "", 1);
        made.setStatus(
                new RegistryStatus(Conditions.merge(null, List.of(ready), Instant.now()), 1L, "images", null, null));
        builds.client().resource(made).updateStatus();
    }
}
