/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What the node agents say, from the end of their logs. An agent has no access to the API, so
/// its log is the only way. A word that is not repeated counts no more: the kubelet gives the log of
/// the last [#SPOKEN] only.
final class NodeReports {
    /// A node with no report, or with one that does not name the registry.
    static final String AGENT_NOT_RUNNING = "AgentNotRunning";

    static final String AGENT_NOT_REPORTING = "AgentNotReporting";
    static final String NOT_SEEN_YET = "NotSeenYet";

    /// Lines that are read of each log. A container runtime breaks a line each 16 KiB, and the report
    /// of as many Registries as the nodes' trust has room for has seven of these parts.
    static final int LINES = 20;

    /// An agent repeats its report every minute.
    private static final Duration SPOKEN = Duration.ofMinutes(3);

    /// All Registries share one reading for so long.
    private static final Duration FRESH = Duration.ofSeconds(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesClient client;
    private final String namespace;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Reading last;

    /// @param time when the last agent was read
    /// @param nodes the report of every node with an agent, by the node's name
    /// @param without nodes that should have an agent and have no pod of it
    record Reading(Instant time, SortedMap<String, Report> nodes, int without) {
        boolean isFresh() {
            return time.plus(FRESH).isAfter(Instant.now());
        }

        /// What it says of one registry.
        ///
        /// @param registry `NAME.NAMESPACE`
        Nodes about(String registry) {
            var pull = new TreeMap<String, String>();
            var profiles = new TreeMap<String, String>();
            nodes.forEach((node, report) -> {
                pull.put(node, report.about(registry));
                if (!report.profile().isEmpty()) {
                    profiles.put(node, report.profile());
                }
            });
            return new Nodes(pull, without, profiles);
        }
    }

    /// One agent's last word.
    ///
    /// @param line the report; absent when there is none
    /// @param reason why there is none
    record Report(@Nullable JsonNode line, String reason) {
        /// Empty when that registry is trusted and reached, else one word for why not.
        String about(String registry) {
            if (line == null) {
                return reason;
            }
            if (holds(line.path("reachable"), registry)) {
                return "";
            }
            for (var failing : line.path("failing").properties()) {
                if (holds(failing.getValue(), registry)) {
                    return oneWord(failing.getKey());
                }
            }
            return NOT_SEEN_YET;
        }

        private static boolean holds(JsonNode registries, String registry) {
            for (JsonNode one : registries) {
                if (registry.equals(one.asText())) {
                    return true;
                }
            }
            return false;
        }

        /// Empty when the node has the builders' seccomp profile, or nothing is told at all; else one
        /// word for why not.
        String profile() {
            if (line == null || line.path("seccomp").path("ready").asBoolean(false)) {
                return "";
            }
            return oneWord(line.path("seccomp").path("reason").asText(""));
        }

        private static String oneWord(String why) {
            return why.matches("[A-Za-z]{1,64}") ? why : AGENT_NOT_REPORTING;
        }
    }

    NodeReports(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /// What all agents say now, or said some moments ago. One reconcile reads them at a time, log after log; the
    /// others go on with what was read before, and wait only while there is nothing yet.
    Reading read() {
        Reading known = last;
        if (known != null && (known.isFresh() || reading.isLocked())) {
            return known;
        }
        reading.lock();
        try {
            Reading meanwhile = last;
            if (meanwhile != null && meanwhile.isFresh()) {
                return meanwhile;
            }
            Reading all = all();
            last = all;
            return all;
        } finally {
            reading.unlock();
        }
    }

    private Reading all() {
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
        int without = Math.max(0, scheduled() - nodes.size());
        // Dated by its end: many logs take longer to read than a reading counts.
        return new Reading(Instant.now(), nodes, without);
    }

    /// Nodes that should run an agent.
    private int scheduled() {
        DaemonSet agents = client.apps()
                .daemonSets()
                .inNamespace(namespace)
                .withName(RegistryNames.NODE_AGENT)
                .get();
        Integer scheduled = agents == null || agents.getStatus() == null
                ? null
                : agents.getStatus().getDesiredNumberScheduled();
        return scheduled == null ? 0 : scheduled;
    }

    private Report of(Pod pod) {
        if (!"Running".equals(pod.getStatus().getPhase())) {
            return new Report(null, AGENT_NOT_RUNNING);
        }
        try {
            String log = client.pods()
                    .inNamespace(namespace)
                    .withName(pod.getMetadata().getName())
                    .sinceSeconds(Math.toIntExact(SPOKEN.toSeconds()))
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
                if (report != null && report.path("reachable").isArray()) {
                    return new Report(report, "");
                }
            } catch (JsonProcessingException e) {
                // not a report: the line before it is looked at
            }
        }
        return new Report(null, AGENT_NOT_REPORTING);
    }
}
