/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.strata.crds.registry.Registry;
import dev.strata.crds.registry.RegistrySpec;
import dev.strata.operator.access.Access;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The objects of a Registry, from its spec alone. The workload is [RegistryWorkload]'s.
record RegistryDesired(Registry registry, RegistryNames names) {
    private static final Quantity SIZE = new Quantity("10Gi");

    /// Where images are pushed to and pulled from.
    Service service() {
        return new ServiceBuilder()
                .withMetadata(owned(names.name()))
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(names.selector())
                .addNewPort()
                .withName("https")
                .withProtocol("TCP")
                .withPort(RegistryNames.PORT)
                .withNewTargetPort("https")
                .endPort()
                .endSpec()
                .build();
    }

    /// Configuration of CNCF Distribution 3. The secret that it signs uploads with comes by
    /// environment. No debug address: it would show profiles and variables of the process to
    /// whoever reaches the pod, without a login.
    ConfigMap config() {
        return new ConfigMapBuilder()
                .withMetadata(owned(names.config()))
                .withData(Map.of("config.yml", configuration()))
                .build();
    }

    String configuration() {
        return """
                version: 0.1
                log:
                  level: info
                  formatter: json
                  accesslog:
                    disabled: true
                storage:
                  filesystem:
                    rootdirectory: /var/lib/registry
                  delete:
                    enabled: %s
                  maintenance:
                    uploadpurging:
                      enabled: true
                      age: 168h
                      interval: 24h
                      dryrun: false
                http:
                  addr: :%d
                  relativeurls: true
                  draintimeout: 30s
                  headers:
                    X-Content-Type-Options: [nosniff]
                  tls:
                    certificate: /etc/strata/tls/tls.crt
                    key: /etc/strata/tls/tls.key
                    minimumtls: tls1.2
                auth:
                  htpasswd:
                    realm: %s
                    path: /etc/strata/auth/htpasswd
                health:
                  storagedriver:
                    enabled: true
                    interval: 10s
                    threshold: 3
                """.formatted(deletes(), RegistryNames.PORT, names.name());
    }

    private boolean deletes() {
        var deletion = registry.getSpec().deletion();
        return deletion != null && Boolean.TRUE.equals(deletion.enabled());
    }

    /// The server's certificate.
    Secret tls(Certificates.Pair leaf) {
        return new SecretBuilder()
                .withMetadata(owned(names.tlsSecret()))
                .withType("kubernetes.io/tls")
                .withData(new TreeMap<>(Map.of(
                        "tls.crt", RegistryUser.base64(leaf.certificate()),
                        "tls.key", RegistryUser.base64(leaf.key()))))
                .build();
    }

    /// The registry's user. Whoever deletes this Secret gets a new password, everywhere.
    Secret auth(RegistryUser user) {
        return new SecretBuilder()
                .withMetadata(owned(names.authSecret()))
                .withType("Opaque")
                .withData(new TreeMap<>(user.data()))
                .build();
    }

    /// The credentials for one right in one namespace, as an image pull secret.
    Secret credentials(Access.Right right, String namespace, RegistryUser user) {
        var config = JsonNodeFactory.instance.objectNode();
        config.putObject("auths")
                .putObject(names.host())
                .put("username", user.name())
                .put("password", user.password())
                .put("auth", RegistryUser.base64(user.name() + ":" + user.password()));
        return new SecretBuilder()
                .withMetadata(delivered(credentialsName(right, namespace), namespace))
                .withType("kubernetes.io/dockerconfigjson")
                .withData(Map.of(".dockerconfigjson", RegistryUser.base64(config.toString())))
                .build();
    }

    String credentialsName(Access.Right right, String namespace) {
        return right.secret(names.name(), names.namespace(), namespace);
    }

    /// The authority's certificate. All Registries deliver the very same object.
    static ConfigMap authority(String namespace, String certificate) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(RegistryNames.CA_CONFIG_MAP)
                .withNamespace(namespace)
                .addToLabels(RegistryNames.MANAGED_BY, RegistryNames.OPERATOR)
                .endMetadata()
                .withData(Map.of("ca.crt", certificate))
                .build();
    }

    /// What a node needs: the name in images, the address behind it, and whom to trust. Field
    /// order is fixed.
    Map<String, String> trust(String clusterIp, String certificate) {
        var trust = new java.util.LinkedHashMap<String, String>();
        trust.put("host", names.host());
        String address = clusterIp.contains(":") ? "[" + clusterIp + "]" : clusterIp;
        trust.put("endpoint", "https://" + address + ":" + RegistryNames.PORT);
        trust.put("ca", certificate);
        return trust;
    }

    /// The volume's size that the spec asks for.
    Quantity size() {
        var volume = volume();
        return volume == null || volume.size() == null ? SIZE : volume.size();
    }

    @Nullable
    String storageClassName() {
        var volume = volume();
        return volume == null ? null : volume.storageClassName();
    }

    private RegistrySpec.@Nullable PersistentVolume volume() {
        var storage = registry.getSpec().storage();
        return storage == null ? null : storage.persistentVolume();
    }

    /// Metadata of an object that goes with the Registry.
    ObjectMeta owned(String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(names.namespace())
                .withLabels(labels())
                .addNewOwnerReference()
                .withApiVersion(registry.getApiVersion())
                .withKind(registry.getKind())
                .withName(names.name())
                .withUid(registry.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .endOwnerReference()
                .build();
    }

    Map<String, String> labels() {
        var labels = new TreeMap<String, String>(names.selector());
        labels.put(RegistryNames.MANAGED_BY, RegistryNames.OPERATOR);
        return labels;
    }

    private ObjectMeta delivered(String name, String namespace) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(new TreeMap<>(Map.of(
                        RegistryNames.MANAGED_BY, RegistryNames.OPERATOR,
                        RegistryNames.REGISTRY_NAME, names.name(),
                        RegistryNames.REGISTRY_NAMESPACE, names.namespace())))
                .build();
    }
}
