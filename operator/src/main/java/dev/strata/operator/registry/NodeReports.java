/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the node agents say, from the end of their logs. An agent has no access to the API, so
/// its log is the only way.
final class NodeReports {
    /// A node with no report, or with one that does not name the registry.
    static final String AGENT_NOT_RUNNING = "AgentNotRunning";

    static final String AGENT_NOT_REPORTING = "AgentNotReporting";
    static final String NOT_SEEN_YET = "NotSeenYet";

    /// Lines that are read of each log; one of them is a report unless the agent is failing.
    private static final int LINES = 5;

    /// All Registries share one reading for so long.
    private static final Duration FRESH = Duration.ofSeconds(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesClient client;
    private final String namespace;
    private volatile @Nullable Reading last;

    private record Reading(Instant time, SortedMap<String, Report> nodes) {}

    /// One agent's last word.
    ///
    /// @param line the report; absent when there is none
    /// @param reason why there is none
    record Report(@Nullable JsonNode line, String reason) {
        /// Empty when that registry is trusted and reached, else one word for why not.
        String about(String host) {
            if (line == null) {
                return reason;
            }
            JsonNode registry = line.path("registries").path(host);
            if (registry.isMissingNode()) {
                return NOT_SEEN_YET;
            }
            String why = registry.path("reason").asText("");
            return registry.path("ready").asBoolean(false)
                    ? ""
                    : why.matches("[A-Za-z]{1,64}") ? why : AGENT_NOT_REPORTING;
        }
    }

    NodeReports(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /// The report of every node that an agent is meant to run on, by the node's name.
    SortedMap<String, Report> read(Instant now) {
        Reading known = last;
        if (known != null && known.time().plus(FRESH).isAfter(now)) {
            return known.nodes();
        }
        var nodes = new TreeMap<String, Report>();
        List<Pod> pods = client.pods()
                .inNamespace(namespace)
                .withLabel("app.kubernetes.io/name", RegistryNames.NODE_AGENT)
                .list()
                .getItems();
        for (Pod pod : pods) {
            if (pod.getMetadata().getDeletionTimestamp() == null) {
                String node = pod.getSpec().getNodeName();
                nodes.put(node == null ? pod.getMetadata().getName() : node, of(pod));
            }
        }
        last = new Reading(now, nodes);
        return nodes;
    }

    private Report of(Pod pod) {
        if (!"Running".equals(pod.getStatus().getPhase())) {
            return new Report(null, AGENT_NOT_RUNNING);
        }
        try {
            String log = client.pods()
                    .inNamespace(namespace)
                    .withName(pod.getMetadata().getName())
                    .tailingLines(LINES)
                    .getLog();
            return parse(log == null ? "" : log);
        } catch (KubernetesClientException e) {
            return new Report(null, AGENT_NOT_REPORTING);
        }
    }

    /// The last line that is a report. Other lines are the virtual machine's.
    static Report parse(String log) {
        for (String line : log.lines().toList().reversed()) {
            try {
                JsonNode report = JSON.readTree(line);
                if (report != null && report.path("registries").isObject()) {
                    return new Report(report, "");
                }
            } catch (JsonProcessingException e) {
                // not a report: the line before it is looked at
            }
        }
        return new Report(null, AGENT_NOT_REPORTING);
    }
}
