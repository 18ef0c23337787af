/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The operator's certificate authority: one Secret in its own namespace, made once. Its key is
/// read here and goes
/// nowhere else.
final class AuthorityStore {
    private final KubernetesClient client;
    private final String namespace;
    private final Certificates certificates;

    AuthorityStore(KubernetesClient client, String namespace, Certificates certificates) {
        this.client = client;
        this.namespace = namespace;
        this.certificates = certificates;
    }

    /// The authority; makes it when there is none.
    ///
    /// @throws StrataException `InvalidArgument` when the Secret is there but not usable:
    /// replacing it would break
    ///     the trust of every node and builder, so a person decides
    Certificates.Pair load(Instant now) {
        Secret secret = get();
        if (secret == null) {
            create(certificates.authority(now));
            secret = get();
        }
        var pair = secret == null
                ? new Certificates.Pair("", "")
                : new Certificates.Pair(
                        RegistryUser.decoded(secret, "tls.crt"), RegistryUser.decoded(secret, "tls.key"));
        if (!Certificates.readable(pair)) {
            throw new StrataException(Problem.of(
                    ProblemCode.InvalidArgument,
                    "the Secret " + namespace + "/" + RegistryNames.AUTHORITY + " holds no usable authority",
                    "its tls.crt and tls.key cannot be read or do not belong together",
                    "restore it, or delete it so that a new one is made; every registry then gets a new certificate"));
        }
        return pair;
    }

    private @Nullable Secret get() {
        return client.secrets()
                .inNamespace(namespace)
                .withName(RegistryNames.AUTHORITY)
                .get();
    }

    /// Two operators at once: the first Secret stays, the caller reads it.
    private void create(Certificates.Pair pair) {
        var secret = new SecretBuilder()
                .withNewMetadata()
                .withName(RegistryNames.AUTHORITY)
                .withNamespace(namespace)
                .addToLabels(RegistryNames.MANAGED_BY, RegistryNames.OPERATOR)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(Map.of(
                        "tls.crt", RegistryUser.base64(pair.certificate()),
                        "tls.key", RegistryUser.base64(pair.key())))
                .build();
        try {
            client.resource(secret).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }
}
