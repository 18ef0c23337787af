/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.crds.registry.Registry;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Every name that is made from a Registry's.
///
/// @param clusterDomain suffix of the names of Services, `cluster.local`
record RegistryNames(String name, String namespace, String clusterDomain) {
    static final int PORT = 5000;

    /// ConfigMap of the nodes' trust and DaemonSet that acts on it, both in the operator's
    /// namespace.
    static final String NODE_TRUST = "strata-node-trust";

    static final String NODE_AGENT = "strata-node-agent";

    /// ConfigMap, in the operator's namespace, of the namespaces that hold delivered objects.
    static final String DELIVERIES = "strata-deliveries";

    /// Secret of the operator's certificate authority, in its namespace.
    static final String AUTHORITY = "strata-ca";

    /// ConfigMap of the authority's certificate, in every namespace with credentials.
    static final String CA_CONFIG_MAP = "strata-registry-ca";

    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String OPERATOR = "strata-operator";
    static final String REGISTRY_NAME = "strata.dev/registry";
    static final String REGISTRY_NAMESPACE = "strata.dev/registry-namespace";

    static RegistryNames of(Registry registry, String clusterDomain) {
        return new RegistryNames(
                registry.getMetadata().getName(), registry.getMetadata().getNamespace(), clusterDomain);
    }

    /// What images of this registry begin with.
    String host() {
        return dnsName() + ":" + PORT;
    }

    /// The only name that the registry has a certificate for. Shorter names of the Service can be those of a host of
    /// the world: `quay.io` is Registry `quay` of a namespace `io`.
    String dnsName() {
        return qualified() + "." + zone(clusterDomain);
    }

    /// What the names of all Services end with.
    static String zone(String clusterDomain) {
        return "svc." + clusterDomain;
    }

    String config() {
        return name + "-config";
    }

    String tlsSecret() {
        return name + "-tls";
    }

    String authSecret() {
        return name + "-auth";
    }

    /// The claim that the StatefulSet makes for its only pod.
    String claim() {
        return "data-" + name + "-0";
    }

    String pod() {
        return name + "-0";
    }

    /// Key of this registry in ConfigMaps that all registries share. No other registry has it: a
    /// name holds no dot.
    String key() {
        return qualified() + ".json";
    }

    /// What the node agents call it.
    String qualified() {
        return name + "." + namespace;
    }

    /// Labels that select the registry's pod.
    SortedMap<String, String> selector() {
        return new TreeMap<>(Map.of("app.kubernetes.io/name", "strata-registry", "app.kubernetes.io/instance", name));
    }
}
