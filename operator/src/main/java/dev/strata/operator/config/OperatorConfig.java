/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.config;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The operator's settings, read once from its environment.
///
/// @param namespace the operator's own namespace, where its lease lives
/// @param podName its identity in the leader election
/// @param clusterDomain suffix of the names of Services, `cluster.local`
/// @param builderImage image of the builder pods
/// @param registryImage image of the Registry's workload
/// @param gitPoll how often a branch is looked up when the ImageBuild names no interval
/// @param maxActiveBuilds how many builds run at the same time in the whole cluster
/// @param maxActiveBuildsPerNamespace how many of them run in one namespace
/// @param buildsNodeSelector labels of the nodes on which builds run; empty for all
/// @param port where probes and metrics are served
public record OperatorConfig(
        String namespace,
        String podName,
        String clusterDomain,
        String builderImage,
        String registryImage,
        Duration gitPoll,
        int maxActiveBuilds,
        int maxActiveBuildsPerNamespace,
        Map<String, String> buildsNodeSelector,
        int port) {
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][-A-Za-z0-9._/]*=[-A-Za-z0-9._]*");

    /// Reads every `STRATA_*` variable.
    ///
    /// @throws StrataException `InvalidArgument` that names every variable that is missing or wrong
    public static OperatorConfig from(Map<String, String> environment) {
        var reader = new Reader(environment);
        var config = new OperatorConfig(
                reader.text("STRATA_NAMESPACE"),
                reader.text("STRATA_POD_NAME"),
                reader.domain("STRATA_CLUSTER_DOMAIN", "cluster.local"),
                reader.text("STRATA_BUILDER_IMAGE"),
                reader.text("STRATA_REGISTRY_IMAGE"),
                Duration.ofSeconds(reader.number("STRATA_GIT_POLL_SECONDS", 60, 5)),
                reader.number("STRATA_MAX_ACTIVE_BUILDS", 10, 1),
                reader.number("STRATA_MAX_ACTIVE_BUILDS_PER_NAMESPACE", 5, 1),
                reader.labels("STRATA_BUILDS_NODE_SELECTOR"),
                reader.number("STRATA_HTTP_PORT", 8080, 1));
        reader.check();
        return config;
    }

    private static final class Reader {
        private final Map<String, String> environment;
        private final List<String> errors = new ArrayList<>();

        Reader(Map<String, String> environment) {
            this.environment = environment;
        }

        String text(String name) {
            String value = environment.getOrDefault(name, "");
            if (value.isBlank()) {
                errors.add(name + " is missing");
            }
            return value;
        }

        String domain(String name, String preset) {
            String value = environment.getOrDefault(name, preset);
            if (!DOMAIN.matcher(value).matches()) {
                errors.add(name + " is not a domain name: " + value);
            }
            return value;
        }

        /// `key=value,key=value`; neither holds a comma or an equals sign.
        Map<String, String> labels(String name) {
            var labels = new TreeMap<String, String>();
            for (String label : environment.getOrDefault(name, "").split(",", -1)) {
                int equals = label.indexOf('=');
                if (equals > 0 && LABEL.matcher(label).matches()) {
                    labels.put(label.substring(0, equals), label.substring(equals + 1));
                } else if (!environment.getOrDefault(name, "").isEmpty()) {
                    errors.add(name + " is not a list of key=value: " + label);
                }
            }
            return labels;
        }

        int number(String name, int preset, int least) {
            String value = environment.getOrDefault(name, String.valueOf(preset));
            try {
                int number = Integer.parseInt(value);
                if (number >= least) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below, together with numbers that are too small
            }
            errors.add(name + " is not a whole number of at least " + least + ": " + value);
            return preset;
        }

        void check() {
            if (!errors.isEmpty()) {
                throw new StrataException(Problem.of(
                        ProblemCode.InvalidArgument,
                        "the operator's environment is incomplete: " + String.join("; ", errors),
                        "",
                        "set these variables in the Deployment strata-operator"));
            }
        }
    }
}
