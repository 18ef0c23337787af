/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads ImageBuilds with their text, of which [SlimStore] keeps digests.
final class WholeBuilds {
    private final KubernetesClient client;

    WholeBuilds(KubernetesClient client) {
        this.client = client;
    }

    /// The whole ImageBuild; null when it is another one by now, which an event tells.
    @Nullable
    ImageBuild of(ImageBuild kept) {
        ObjectMeta known = kept.getMetadata();
        ImageBuild whole = client.resources(ImageBuild.class)
                .inNamespace(known.getNamespace())
                .withName(known.getName())
                .get();
        return whole != null
                        && Objects.equals(whole.getMetadata().getUid(), known.getUid())
                        && Objects.equals(whole.getMetadata().getGeneration(), known.getGeneration())
                ? whole
                : null;
    }
}
