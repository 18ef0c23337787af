/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// One round of the agent's work: from the mounted ConfigMap to the node's files.
final class Agent {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AgentSettings settings;
    private final CertsDirectory certs;
    private final SeccompProfile seccomp;
    private final SelfTests selfTests;

    /// What the agent found.
    ///
    /// @param registries by host
    record Report(String node, SortedMap<String, Ready> registries, Ready seccomp) {
        /// One line of JSON, whose field names are read by the operator. A Registry takes no more room
        /// in it than its name, as `NAME.NAMESPACE`: all Registries share the line.
        String line() {
            var reachable = new ArrayList<String>();
            var failing = new TreeMap<String, List<String>>();
            registries.forEach((host, ready) -> (ready.ready()
                            ? reachable
                            : failing.computeIfAbsent(ready.reason(), _ -> new ArrayList<>()))
                    .add(TrustEntry.registry(host)));
            try {
                return JSON.writeValueAsString(new Line(node, reachable, failing, seccomp));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        private record Line(
                String node, List<String> reachable, SortedMap<String, List<String>> failing, Ready seccomp) {}
    }

    Agent(AgentSettings settings, SelfTests selfTests) {
        this.settings = settings;
        this.certs = new CertsDirectory(settings.certs(), settings.certsOnNode(), settings.clusterDomain());
        this.seccomp = new SeccompProfile(settings.profile(), settings.seccomp());
        this.selfTests = selfTests;
    }

    /// Writes what is missing, removes what is gone, and tests what is there. Every file is written
    /// before the first test, since others decide how long the tests take.
    Report round() throws InterruptedException {
        Ready profile = seccomp.install();
        var registries = new TreeMap<String, Ready>();
        List<Path> files;
        try (Stream<Path> children = Files.list(settings.trust())) {
            // ..data and the like are the ConfigMap's own machinery.
            files = children.filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
                    .toList();
        } catch (IOException e) {
            // Nothing is removed because of a mount that cannot be read.
            return new Report(settings.node(), registries, profile);
        }
        var trusted = new HashSet<TrustEntry>();
        for (Path file : files) {
            String host = TrustEntry.host(String.valueOf(file.getFileName()), settings.clusterDomain());
            if (host != null) {
                registries.put(host, trust(host, file, trusted));
            }
        }
        certs.removeOthers(registries.keySet());
        selfTests.round(trusted).forEach((entry, ready) -> registries.put(entry.host(), ready));
        return new Report(settings.node(), registries, profile);
    }

    /// @param trusted gets the entry once its files are written
    private Ready trust(String host, Path file, Set<TrustEntry> trusted) {
        String text;
        try {
            text = OwnFiles.readFollowing(file, TrustEntry.MAX_SIZE);
        } catch (IOException e) {
            return Ready.no("EntryUnreadable");
        }
        TrustEntry entry = TrustEntry.parse(host, text);
        if (entry == null) {
            return Ready.no("EntryInvalid");
        }
        Ready written = certs.write(entry);
        if (written.ready()) {
            trusted.add(entry);
        }
        return written;
    }
}
