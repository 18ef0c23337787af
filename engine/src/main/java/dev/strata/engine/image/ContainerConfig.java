/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a container of the image starts with. OCI image-spec, config.md#properties, `config`; `shell`, `healthcheck`,
/// `onBuild` and `argsEscaped` are docker's additions.
///
/// Lists and maps are empty where the document has none. `entrypoint` and `cmd` are null where absent, because an
/// explicit
/// empty list (`CMD []`) is not the same. Changed copies are made through a [Draft].
public record ContainerConfig(
        String user,
        List<String> exposedPorts,
        List<String> env,
        @Nullable List<String> entrypoint,
        @Nullable List<String> cmd,
        List<String> volumes,
        String workingDir,
        Map<String, String> labels,
        @Nullable String stopSignal,
        @Nullable List<String> shell,
        @Nullable Healthcheck healthcheck,
        List<String> onBuild,
        boolean argsEscaped) {
    public static final ContainerConfig EMPTY = new ContainerConfig(
            "", List.of(), List.of(), null, null, List.of(), "", Map.of(), null, null, null, List.of(), false);

    public ContainerConfig {
        exposedPorts = List.copyOf(new TreeSet<>(exposedPorts));
        env = List.copyOf(env);
        entrypoint = entrypoint == null ? null : List.copyOf(entrypoint);
        cmd = cmd == null ? null : List.copyOf(cmd);
        volumes = List.copyOf(new TreeSet<>(volumes));
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        shell = shell == null ? null : List.copyOf(shell);
        onBuild = List.copyOf(onBuild);
    }

    /// The environment as a map in its order; a name given twice keeps the last value.
    public Map<String, String> envMap() {
        var map = new LinkedHashMap<String, String>();
        for (String entry : env) {
            int eq = entry.indexOf('=');
            map.put(eq < 0 ? entry : entry.substring(0, eq), eq < 0 ? "" : entry.substring(eq + 1));
        }
        return map;
    }

    /// A mutable copy.
    public Draft draft() {
        return new Draft(this);
    }

    /// A config being changed; [#done] gives the record. Not thread-safe.
    public static final class Draft {
        private String user;
        private final List<String> exposedPorts;
        private final Map<String, String> env;
        private @Nullable List<String> entrypoint;
        private @Nullable List<String> cmd;
        private final List<String> volumes;
        private String workingDir;
        private final Map<String, String> labels;
        private @Nullable String stopSignal;
        private @Nullable List<String> shell;
        private final @Nullable Healthcheck healthcheck;
        private final List<String> onBuild;
        private boolean argsEscaped;

        private Draft(ContainerConfig from) {
            user = from.user;
            exposedPorts = new ArrayList<>(from.exposedPorts);
            env = from.envMap();
            entrypoint = from.entrypoint;
            cmd = from.cmd;
            volumes = new ArrayList<>(from.volumes);
            workingDir = from.workingDir;
            labels = new TreeMap<>(from.labels);
            stopSignal = from.stopSignal;
            shell = from.shell;
            healthcheck = from.healthcheck;
            onBuild = from.onBuild;
            argsEscaped = from.argsEscaped;
        }

        public Draft user(String value) {
            user = value;
            return this;
        }

        /// Adds ports in the form `80/tcp`.
        public Draft exposePorts(List<String> ports) {
            exposedPorts.addAll(ports);
            return this;
        }

        /// Sets a variable, in place where it is there already, else at the end.
        public Draft env(String name, String value) {
            env.put(name, value);
            return this;
        }

        public Draft entrypoint(@Nullable List<String> value) {
            entrypoint = value;
            return this;
        }

        /// Sets the command; `escaped` is docker's `ArgsEscaped`.
        public Draft cmd(@Nullable List<String> value, boolean escaped) {
            cmd = value;
            argsEscaped = escaped;
            return this;
        }

        public Draft volumes(List<String> more) {
            volumes.addAll(more);
            return this;
        }

        public Draft workingDir(String directory) {
            workingDir = directory;
            return this;
        }

        public Draft labels(Map<String, String> more) {
            labels.putAll(more);
            return this;
        }

        public Draft stopSignal(String signal) {
            stopSignal = signal;
            return this;
        }

        public Draft shell(List<String> value) {
            shell = value;
            return this;
        }

        public ContainerConfig done() {
            var pairs = new ArrayList<String>();
            env.forEach((name, value) -> pairs.add(name + "=" + value));
            return new ContainerConfig(
                    user,
                    exposedPorts,
                    pairs,
                    entrypoint,
                    cmd,
                    volumes,
                    workingDir,
                    labels,
                    stopSignal,
                    shell,
                    healthcheck,
                    onBuild,
                    argsEscaped);
        }
    }
}
