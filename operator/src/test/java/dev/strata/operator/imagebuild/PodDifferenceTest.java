/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PodDifferenceTest {
    private static final Map<String, Consumer<PodSpec>> POD = Map.ofEntries(
            Map.entry("hostUsers", pod -> pod.setHostUsers(null)),
            Map.entry("hostNetwork", pod -> pod.setHostNetwork(true)),
            Map.entry("hostPID", pod -> pod.setHostPID(true)),
            Map.entry("hostIPC", pod -> pod.setHostIPC(true)),
            Map.entry("shareProcessNamespace", pod -> pod.setShareProcessNamespace(true)),
            Map.entry("automountServiceAccountToken", pod -> pod.setAutomountServiceAccountToken(null)),
            Map.entry("securityContext", pod -> pod.getSecurityContext().setRunAsUser(0L)),
            Map.entry("initContainers", pod -> pod.setInitContainers(List.of(new Container()))),
            Map.entry("ephemeralContainers", pod -> pod.setEphemeralContainers(List.of(new EphemeralContainer()))),
            Map.entry("volumes", pod -> pod.getVolumes().add(hostPath())),
            Map.entry("containers", pod -> pod.getContainers().add(new Container())));

    private static final Map<String, Consumer<Container>> CONTAINER = Map.ofEntries(
            Map.entry("name", container -> container.setName("other")),
            Map.entry("image", container -> container.setImage("other")),
            Map.entry("args", container -> container.setArgs(List.of("x"))),
            Map.entry("workingDir", container -> container.setWorkingDir("/tmp")),
            Map.entry("env", container -> container.getEnv().getFirst().setValue("sha256:1")),
            Map.entry("envFrom", container -> container.setEnvFrom(List.of(new EnvFromSource()))),
            Map.entry(
                    "volumeMounts",
                    container -> container.getVolumeMounts().getLast().setMountPath("/opt/strata")),
            Map.entry("lifecycle", container -> container.setLifecycle(new Lifecycle())),
            Map.entry("livenessProbe", container -> container.setLivenessProbe(new Probe())),
            Map.entry("readinessProbe", container -> container.setReadinessProbe(new Probe())),
            Map.entry("startupProbe", container -> container.setStartupProbe(new Probe())),
            Map.entry(
                    "securityContext",
                    container -> container.getSecurityContext().setAllowPrivilegeEscalation(true)));

    private final PodSpec asked = Objects.requireNonNull(
                    new Builds().job(1, "key", null).observed().newest())
            .getSpec()
            .getTemplate()
            .getSpec();

    static List<String> podFields() {
        return new ArrayList<>(new TreeMap<>(POD).keySet());
    }

    static List<String> containerFields() {
        return new ArrayList<>(new TreeMap<>(CONTAINER).keySet());
    }

    @ParameterizedTest
    @MethodSource("podFields")
    void aFieldOfThePodIsNamed(String field) {
        PodSpec made = Serialization.clone(asked);
        Objects.requireNonNull(POD.get(field)).accept(made);
        assertThat(PodDifference.between(asked, made)).containsExactly("spec." + field);
    }

    @ParameterizedTest
    @MethodSource("containerFields")
    void aFieldOfTheContainerIsNamed(String field) {
        PodSpec made = Serialization.clone(asked);
        Objects.requireNonNull(CONTAINER.get(field)).accept(made.getContainers().getFirst());
        assertThat(PodDifference.between(asked, made)).containsExactly("spec.containers[0]." + field);
    }

    @Test
    void anotherModeIsAnotherCommandWhoseConfinementIsMissing() {
        PodSpec made = Serialization.clone(asked);
        made.getContainers().getFirst().getCommand().set(1, "direct");
        assertThat(PodDifference.between(asked, made))
                .containsExactly("spec.containers[0].command", "spec.containers[0].securityContext");
    }

    @Test
    void whatTheApiServerFillsInIsNoDifference() {
        PodSpec made = Serialization.clone(asked);
        made.setServiceAccountName("default");
        made.setSchedulerName("default-scheduler");
        made.setNodeName("node-1");
        made.setPriority(0);
        made.getVolumes().stream()
                .filter(volume -> volume.getConfigMap() != null)
                .forEach(volume -> volume.getConfigMap().setDefaultMode(420));
        Container container = made.getContainers().getFirst();
        container.getVolumeMounts().stream()
                .filter(mount -> !mount.getReadOnly())
                .forEach(mount -> mount.setReadOnly(null));
        made.setContainers(List.of(
                new ContainerBuilder(container).withImagePullPolicy("Always").build()));
        assertThat(PodDifference.between(asked, made)).isEmpty();
    }

    /// A webhook that changes the Job changes its pods with it.
    @Test
    void aPodThatIsAsItsJobIsStillComparedWithItsMode() {
        PodSpec open = Serialization.clone(asked);
        open.getContainers().getFirst().setSecurityContext(null);
        assertThat(PodDifference.between(open, open)).containsExactly("spec.containers[0].securityContext");
        PodSpec host = Serialization.clone(asked);
        host.setHostUsers(null);
        assertThat(PodDifference.between(host, host)).containsExactly("spec.hostUsers");
    }

    private static Volume hostPath() {
        return new VolumeBuilder()
                .withName("host")
                .withHostPath(new HostPathVolumeSource("/", null))
                .build();
    }
}
