/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.engine.report.ReportJson;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What may let a failed build succeed although nothing that decides its result has changed: its timeout, its
/// resources and the versions of its Secrets, which are read by name.
final class AttemptInputs {
    private static final Duration SECRETS = Duration.ofSeconds(60);

    private final KubernetesClient client;

    AttemptInputs(KubernetesClient client) {
        this.client = client;
    }

    String digest(ImageBuild build, Target target) {
        var versions = new TreeMap<String, String>();
        for (String name : secrets(build, target)) {
            versions.put(name, version(build.getMetadata().getNamespace(), name));
        }
        return digest(build.getSpec(), versions, client.getKubernetesSerialization());
    }

    /// @param versions resource version of each Secret, empty for one that is not there
    static String digest(ImageBuildSpec spec, Map<String, String> versions, KubernetesSerialization json) {
        String text = ImageBuildDesired.timeout(spec) + "\n" + json.asJson(spec.resources()) + "\n" + versions;
        return ReportJson.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Names of the Secrets that a build uses.
    static Collection<String> secrets(ImageBuild build, Target target) {
        var names = new TreeSet<String>();
        if (target.secret() != null) {
            names.add(target.secret());
        }
        String git = gitSecret(build.getSpec());
        if (git != null) {
            names.add(git);
        }
        names.addAll(ImageBuildDesired.pullSecrets(build.getSpec()));
        return names;
    }

    /// When the Secrets of a failed build are looked at again, which are not watched; null for never.
    static @Nullable Duration next(ImageBuild build, Target target) {
        return secrets(build, target).isEmpty() ? null : SECRETS;
    }

    static @Nullable String gitSecret(ImageBuildSpec spec) {
        ImageBuildSpec.Git git = spec.source().git();
        return git == null || git.secretRef() == null ? null : git.secretRef().name();
    }

    /// Empty for a Secret that is not there.
    String version(String namespace, String name) {
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        return secret == null ? "" : secret.getMetadata().getResourceVersion();
    }
}
