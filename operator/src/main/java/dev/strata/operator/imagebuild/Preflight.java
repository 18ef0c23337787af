/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.crds.registry.Registry;
import dev.strata.crds.registry.RegistryStatus;
import dev.strata.engine.git.GitCredentials;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.operator.access.Access;
import dev.strata.operator.condition.Conditions;
import dev.strata.operator.config.OperatorConfig;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/// What must be there before a build is made: nothing pending is ever created. Reads objects by name
/// and lists no Secret.
final class Preflight {
    private final KubernetesClient client;
    private final OperatorConfig config;
    private final NodeOffer nodes;

    Preflight(KubernetesClient client, OperatorConfig config) {
        this.client = client;
        this.config = config;
        this.nodes = new NodeOffer(client, config);
    }

    /// The isolation mode of the build.
    ///
    /// @throws StrataException `RegistryNotFound`, `RegistryNotReady`, `RegistryNotShared`, `SecretNotFound`,
    /// `CredentialsInvalid`, `IsolationUnavailable` or `IsolationUnknown`
    IsolationMode check(ImageBuild build, Target target) {
        String namespace = build.getMetadata().getNamespace();
        ImageBuildSpec.RegistryRef registry = build.getSpec().output().registryRef();
        Namespace home = namespace(namespace);
        if (registry != null) {
            registry(home, registry);
        }
        if (target.secret() != null) {
            dockerConfig(namespace, target.secret());
        }
        ImageBuildDesired.pullSecrets(build.getSpec()).forEach(name -> dockerConfig(namespace, name));
        ImageBuildSpec.Git git = build.getSpec().source().git();
        if (git != null && git.secretRef() != null) {
            gitCredentials(namespace, git);
        }
        return isolation(home).choose(asked(build.getSpec()), namespace);
    }

    /// What the git Secret holds.
    ///
    /// @throws StrataException `SecretNotFound`, `CredentialsInvalid`
    GitCredentials gitCredentials(String namespace, ImageBuildSpec.Git git) {
        if (git.secretRef() == null) {
            return GitCredentials.NONE;
        }
        Map<String, String> data = Objects.requireNonNullElse(
                secret(namespace, git.secretRef().name()).getData(), Map.of());
        return GitCredentials.of(
                key -> data.get(key) == null ? null : Base64.getDecoder().decode(data.get(key)));
    }

    static IsolationMode asked(ImageBuildSpec spec) {
        return spec.isolation() == null || spec.isolation().mode() == null
                ? IsolationMode.AUTO
                : spec.isolation().mode();
    }

    private void registry(Namespace namespace, ImageBuildSpec.RegistryRef ref) {
        String own = namespace.getMetadata().getName();
        String home = ref.namespace() == null ? own : ref.namespace();
        Registry registry = client.resources(Registry.class)
                .inNamespace(home)
                .withName(ref.name())
                .get();
        // Whether a Registry that is not shared exists is nobody else's business.
        if (!home.equals(own)
                && (registry == null || !Access.grants(registry, Access.Right.PUSH, namespace, config.namespace()))) {
            throw problem(
                    ProblemCode.RegistryNotShared,
                    "Registry " + home + "/" + ref.name() + " does not let namespace " + own + " push",
                    notShared(home, ref.name(), own));
        }
        if (registry == null) {
            throw problem(
                    ProblemCode.RegistryNotFound,
                    "there is no Registry " + home + "/" + ref.name(),
                    "kubectl -n " + home + " get registries");
        }
        RegistryStatus status = registry.getStatus();
        if (status == null || !Conditions.isTrue(status.conditions(), Conditions.READY)) {
            throw problem(
                    ProblemCode.RegistryNotReady,
                    "Registry " + home + "/" + ref.name() + " is not Ready",
                    "kubectl -n " + home + " describe registry " + ref.name());
        }
    }

    /// The command for whoever may change that Registry and share it; it replaces the selector that is there.
    private static String notShared(String home, String name, String own) {
        return "kubectl -n " + home + " patch registry " + name + " --type merge -p '{\"spec\":{\"access\":{\"push\":"
                + "{\"namespaceSelector\":{\"matchLabels\":null,\"matchExpressions\":[{\"key\":"
                + "\"kubernetes.io/metadata.name\",\"operator\":\"In\",\"values\":[\"" + own + "\"]}]}}}}}' # or label"
                + " namespace " + own + " as its spec.access.push.namespaceSelector asks";
    }

    private void dockerConfig(String namespace, String name) {
        Secret secret = secret(namespace, name);
        if (secret.getData() == null || !secret.getData().containsKey(".dockerconfigjson")) {
            throw problem(
                    ProblemCode.CredentialsInvalid,
                    "Secret " + namespace + "/" + name + " has no key .dockerconfigjson",
                    "kubectl -n " + namespace + " create secret docker-registry " + name);
        }
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

    private Namespace namespace(String name) {
        Namespace namespace = client.namespaces().withName(name).get();
        return namespace == null
                ? new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build()
                : namespace;
    }

    private Isolation isolation(Namespace namespace) {
        Map<String, String> labels =
                Objects.requireNonNullElse(namespace.getMetadata().getLabels(), Map.of());
        NodeOffer.Offer offer = nodes.now(Instant.now());
        return new Isolation(labels, offer.userNamespaces(), offer.nesting());
    }

    private static StrataException problem(ProblemCode code, String what, String advice) {
        return new StrataException(Problem.of(code, what, "", advice));
    }
}
