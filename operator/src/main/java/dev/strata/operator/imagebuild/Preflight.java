/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.operator.config.OperatorConfig;
import dev.strata.operator.git.GitCredentials;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What must be there before a build is made: nothing pending is ever created. Reads objects by name
/// and lists no Secret.
final class Preflight {
    private final KubernetesClient client;
    private final OperatorConfig config;

    Preflight(KubernetesClient client, OperatorConfig config) {
        this.client = client;
        this.config = config;
    }

    /// The isolation mode of the build.
    ///
    /// @throws StrataException `RegistryNotFound`, `RegistryNotReady`, `RegistryNotShared`, `SecretNotFound` or
    /// `IsolationUnavailable`
    IsolationMode check(ImageBuild build, Target target) {
        String namespace = build.getMetadata().getNamespace();
        ImageBuildSpec.RegistryRef registry = build.getSpec().output().registryRef();
        if (registry != null) {
            registry(namespace, registry);
        }
        if (target.secret() != null) {
            Secret secret = secret(namespace, target.secret());
            if (secret.getData() == null || !secret.getData().containsKey(".dockerconfigjson")) {
                throw problem(
                        ProblemCode.CredentialsInvalid,
                        "Secret " + namespace + "/" + target.secret() + " has no key .dockerconfigjson",
                        "kubectl create secret docker-registry " + target.secret());
            }
        }
        ImageBuildSpec.Git git = build.getSpec().source().git();
        if (git != null && git.secretRef() != null) {
            secret(namespace, git.secretRef().name());
        }
        return isolation(namespace).choose(asked(build.getSpec()), namespace);
    }

    /// User and password of the git Secret; null when none is named, or it holds a key for ssh.
    ///
    /// @throws StrataException `SecretNotFound`
    @Nullable
    GitCredentials gitCredentials(String namespace, ImageBuildSpec.Git git) {
        if (git.secretRef() == null) {
            return null;
        }
        Map<String, String> data = Objects.requireNonNullElse(
                secret(namespace, git.secretRef().name()).getData(), Map.of());
        String password = data.get("password");
        return password == null
                ? null
                : new GitCredentials(decoded(data.getOrDefault("username", "")), decoded(password));
    }

    static IsolationMode asked(ImageBuildSpec spec) {
        return spec.isolation() == null || spec.isolation().mode() == null
                ? IsolationMode.AUTO
                : spec.isolation().mode();
    }

    private void registry(String namespace, ImageBuildSpec.RegistryRef ref) {
        if (ref.namespace() != null && !ref.namespace().equals(namespace)) {
            throw problem(
                    ProblemCode.RegistryNotShared,
                    "Registry " + ref.namespace() + "/" + ref.name() + " is not shared with namespace " + namespace,
                    "push into a Registry of this namespace");
        }
        GenericKubernetesResource registry = client.genericKubernetesResources("strata.dev/v1alpha1", "Registry")
                .inNamespace(namespace)
                .withName(ref.name())
                .get();
        if (registry == null) {
            throw problem(
                    ProblemCode.RegistryNotFound,
                    "there is no Registry " + namespace + "/" + ref.name(),
                    "kubectl -n " + namespace + " get registries");
        }
        if (!ready(registry)) {
            throw problem(
                    ProblemCode.RegistryNotReady,
                    "Registry " + namespace + "/" + ref.name() + " is not Ready",
                    "kubectl -n " + namespace + " describe registry " + ref.name());
        }
    }

    private static boolean ready(GenericKubernetesResource registry) {
        return registry.get("status", "conditions") instanceof List<?> conditions
                && conditions.stream()
                        .anyMatch(c -> c instanceof Map<?, ?> condition
                                && "Ready".equals(condition.get("type"))
                                && "True".equals(condition.get("status")));
    }

    private Secret secret(String namespace, String name) {
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        if (secret == null) {
            throw problem(
                    ProblemCode.SecretNotFound,
                    "there is no Secret " + namespace + "/" + name,
                    "kubectl -n " + namespace + " get secret " + name);
        }
        return secret;
    }

    private Isolation isolation(String name) {
        Namespace namespace = client.namespaces().withName(name).get();
        Map<String, String> labels =
                namespace == null || namespace.getMetadata().getLabels() == null
                        ? Map.of()
                        : namespace.getMetadata().getLabels();
        boolean userNamespaces = client.nodes().list().getItems().stream()
                .flatMap(node -> node.getStatus().getRuntimeHandlers().stream())
                .anyMatch(handler -> handler.getFeatures() != null
                        && Boolean.TRUE.equals(handler.getFeatures().getUserNamespaces()));
        DaemonSet check = client.apps()
                .daemonSets()
                .inNamespace(config.namespace())
                .withName("strata-isolation-check")
                .get();
        boolean nests = check != null
                && check.getStatus() != null
                && check.getStatus().getNumberReady() != null
                && check.getStatus().getNumberReady() > 0;
        return new Isolation(labels, userNamespaces, nests);
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static StrataException problem(ProblemCode code, String what, String advice) {
        return new StrataException(Problem.of(code, what, "", advice));
    }
}
