/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.engine.problem.StrataException;
import dev.strata.operator.confirm.Reach;
import dev.strata.operator.confirm.RegistryHead;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Base64;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Asks the target's registry for the image that a builder says it has pushed, with what the builder
/// was given: the push Secret and the authority's ConfigMap, read by name.
final class Confirmation {
    private static final String CONFIG = ".dockerconfigjson";
    private static final int AT_ONCE = 8;

    private final KubernetesClient client;
    private final Reach reach;
    private final Aside<Boolean> aside;

    /// @param answered is told whose registry has answered
    Confirmation(KubernetesClient client, Reach reach, Consumer<ResourceID> answered) {
        this.client = client;
        this.reach = reach;
        this.aside = Aside.of(AT_ONCE, answered);
    }

    /// Whether the image is there; false while the registry has not answered yet.
    ///
    /// @param image `registry/repository@sha256:...`
    /// @throws StrataException as [RegistryHead#confirm]
    boolean confirmed(ImageBuild build, Target target, String image) {
        String about = build.getMetadata().getUid() + " " + target.repository() + " " + image;
        return aside.answer(ResourceID.fromResource(build), about, () -> {
                    confirm(build, target, image);
                    return true;
                })
                != null;
    }

    /// Returns when the image is there. Only its digest is taken from the builder's word.
    private void confirm(ImageBuild build, Target target, String image) {
        String namespace = build.getMetadata().getNamespace();
        new RegistryHead(
                        target.repository(),
                        target.secret() == null ? null : dockerConfig(namespace, target.secret()),
                        target.inCluster() ? authority(namespace) : null,
                        reach)
                .confirm(image.substring(image.indexOf('@') + 1));
    }

    private @Nullable String dockerConfig(String namespace, String name) {
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        String data = secret == null || secret.getData() == null
                ? null
                : secret.getData().get(CONFIG);
        return data == null ? null : new String(Base64.getDecoder().decode(data), UTF_8);
    }

    /// The empty text trusts nobody.
    private String authority(String namespace) {
        ConfigMap map = client.configMaps()
                .inNamespace(namespace)
                .withName("strata-registry-ca")
                .get();
        return map == null || map.getData() == null ? "" : map.getData().getOrDefault("ca.crt", "");
    }
}
