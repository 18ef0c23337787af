/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/// Removes the ConfigMaps of builds whose Jobs somebody else has removed. Which these are, only the history says that
/// the status had before.
final class LeftRequests {
    private final KubernetesClient client;

    LeftRequests(KubernetesClient client) {
        this.client = client;
    }

    void remove(ImageBuild build, ImageBuildObserved observed) {
        String namespace = build.getMetadata().getNamespace();
        for (String name : vanished(build, observed)) {
            Resource<ConfigMap> request =
                    client.configMaps().inNamespace(namespace).withName(name);
            ConfigMap found = request.get();
            if (found != null
                    && ImageBuildDesired.owns(build, found)
                    && client.batch()
                                    .v1()
                                    .jobs()
                                    .inNamespace(namespace)
                                    .withName(name)
                                    .get()
                            == null) {
                request.delete();
            }
        }
    }

    /// Names of the Jobs that the status knows and nobody else.
    static List<String> vanished(ImageBuild build, ImageBuildObserved observed) {
        List<ImageBuildStatus.Run> history = ImageBuildStatuses.old(build).history();
        if (history == null) {
            return List.of();
        }
        List<String> known =
                observed.jobs().stream().map(job -> job.getMetadata().getName()).toList();
        return history.stream()
                .map(ImageBuildStatus.Run::number)
                .filter(Objects::nonNull)
                .map(number -> ImageBuildDesired.name(build, number))
                .filter(Predicate.not(known::contains))
                .toList();
    }
}
