/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import java.util.SortedMap;
import java.util.stream.Collectors;

/// What the node agents tell of one Registry.
///
/// @param pull of every node with an agent, why it cannot pull; empty when it can
/// @param without how many nodes should have an agent and have no pod of it
/// @param profiles the nodes that lack the builders' seccomp profile, each with why
record Nodes(SortedMap<String, String> pull, int without, SortedMap<String, String> profiles) {
    /// Nodes that a message names.
    private static final int NAMED = 5;

    int total() {
        return pull.size() + without;
    }

    int failing() {
        return without
                + (int) pull.values().stream().filter(why -> !why.isEmpty()).count();
    }

    /// Such as `2/4 nodes ready: node-4 TlsFailed; 1 without a pod of strata-node-agent`.
    String summary() {
        if (total() == 0) {
            return "no node can pull from it: the DaemonSet " + RegistryNames.NODE_AGENT + " has no pods";
        }
        var text = new StringBuilder((total() - failing()) + "/" + total() + " nodes ready");
        if (failing() > without) {
            text.append(": ").append(named(pull));
        }
        if (without > 0) {
            text.append("; ").append(without).append(" without a pod of ").append(RegistryNames.NODE_AGENT);
        }
        if (!profiles.isEmpty()) {
            text.append("; without the seccomp profile of builds: ").append(named(profiles));
        }
        return text.toString();
    }

    private static String named(SortedMap<String, String> nodes) {
        long failing = nodes.values().stream().filter(why -> !why.isEmpty()).count();
        return nodes.entrySet().stream()
                .filter(node -> !node.getValue().isEmpty())
                .limit(NAMED)
                .map(node -> node.getKey() + " " + node.getValue())
                .collect(Collectors.joining(", ", "", failing > NAMED ? " and " + (failing - NAMED) + " more" : ""));
    }
}
