/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.operator.registry.Certificates.Pair;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The operator's certificate authority: one Secret in its own namespace, made once and renewed in
/// time. Its key is read here and goes nowhere else.
final class AuthorityStore {
    private static final String CERTIFICATE = "tls.crt";
    private static final String KEY = "tls.key";

    /// Certificates of the authorities before it, until they end; absent for none.
    private static final String PREVIOUS = "previous.crt";

    private final KubernetesClient client;
    private final String namespace;
    private final Certificates certificates;

    AuthorityStore(KubernetesClient client, String namespace, Certificates certificates) {
        this.client = client;
        this.namespace = namespace;
        this.certificates = certificates;
    }

    /// The authority; makes it when there is none, and renews it when it is time.
    ///
    /// @throws StrataException `InvalidArgument` when the Secret is there but not usable:
    /// replacing it would break
    ///     the trust of every node and builder, so a person decides
    Authority load(Instant now) {
        Secret secret = get();
        if (secret == null) {
            create(new Authority(certificates.authority(now), List.of()));
            secret = get();
        }
        Authority authority = read(secret);
        Authority wanted = authority.at(now, certificates);
        if (wanted.equals(authority) || secret == null) {
            return authority;
        }
        replace(secret, wanted);
        return read(get());
    }

    private Authority read(@Nullable Secret secret) {
        if (secret != null) {
            var signer = new Pair(RegistryUser.decoded(secret, CERTIFICATE), RegistryUser.decoded(secret, KEY));
            var authority = new Authority(signer, Authority.split(RegistryUser.decoded(secret, PREVIOUS)));
            if (authority.usable()) {
                return authority;
            }
        }
        throw new StrataException(Problem.of(
                ProblemCode.InvalidArgument,
                "the Secret " + namespace + "/" + RegistryNames.AUTHORITY + " holds no usable authority",
                "its tls.crt, tls.key and previous.crt cannot be read or do not belong together",
                "restore it, or delete it so that a new one is made; every registry then gets a new certificate"));
    }

    private @Nullable Secret get() {
        return client.secrets()
                .inNamespace(namespace)
                .withName(RegistryNames.AUTHORITY)
                .get();
    }

    /// Two operators at once: the first Secret stays, the caller reads it.
    private void create(Authority authority) {
        var secret = new SecretBuilder()
                .withNewMetadata()
                .withName(RegistryNames.AUTHORITY)
                .withNamespace(namespace)
                .addToLabels(RegistryNames.MANAGED_BY, RegistryNames.OPERATOR)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(data(authority))
                .build();
        unlessOvertaken(() -> client.resource(secret).create());
    }

    /// Likewise: of two that renew it, the first wins.
    private void replace(Secret secret, Authority authority) {
        var renewed = new SecretBuilder(secret).withData(data(authority)).build();
        unlessOvertaken(() -> client.resource(renewed)
                .lockResourceVersion(secret.getMetadata().getResourceVersion())
                .update());
    }

    private static void unlessOvertaken(Runnable write) {
        try {
            write.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }

    private static Map<String, String> data(Authority authority) {
        var data = new TreeMap<>(Map.of(
                CERTIFICATE, RegistryUser.base64(authority.signer().certificate()),
                KEY, RegistryUser.base64(authority.signer().key())));
        if (!authority.previous().isEmpty()) {
            data.put(PREVIOUS, RegistryUser.base64(String.join("", authority.previous())));
        }
        return data;
    }
}
