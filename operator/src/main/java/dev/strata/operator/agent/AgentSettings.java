/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/// Where the agent works.
///
/// @param node name of the node
/// @param clusterDomain suffix of the registries' names
/// @param trust the mounted ConfigMap, one file per registry
/// @param certs containerd's certs.d as this process sees it
/// @param certsOnNode the same directory as the node sees it
/// @param seccomp the kubelet's directory of seccomp profiles
/// @param profile the builder's profile
record AgentSettings(
        String node, String clusterDomain, Path trust, Path certs, Path certsOnNode, Path seccomp, Path profile) {
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    /// @throws IllegalArgumentException with a message for the operator of the cluster
    static AgentSettings from(Map<String, String> environment) {
        String node = environment.getOrDefault("STRATA_NODE", "");
        if (node.isBlank()) {
            throw new IllegalArgumentException("STRATA_NODE is missing; set it to the node's name");
        }
        String domain = environment.getOrDefault("STRATA_CLUSTER_DOMAIN", "cluster.local");
        if (!DOMAIN.matcher(domain).matches()) {
            throw new IllegalArgumentException("STRATA_CLUSTER_DOMAIN is not a domain name: " + domain);
        }
        Path certs = Path.of(environment.getOrDefault("STRATA_CERTS_D", "/etc/containerd/certs.d"));
        // It goes into a TOML string.
        if (!certs.isAbsolute() || !certs.toString().matches("[A-Za-z0-9._/-]+")) {
            throw new IllegalArgumentException(
                    "STRATA_CERTS_D is not an absolute path of letters, digits and ._/-: " + certs);
        }
        return new AgentSettings(
                node,
                domain,
                Path.of("/etc/strata/trust"),
                Path.of("/host/certs.d"),
                certs.normalize(),
                Path.of("/host/seccomp"),
                Path.of("/etc/strata/profiles/builder.json"));
    }
}
