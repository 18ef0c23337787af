/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The chart's self-test is a builder pod without a build: what it shows to be possible on a node must
/// be what a builder pod asks for. Compares golden files of both; `helm/test.sh` holds that of the
/// chart, [ImageBuildDesiredTest] that of the operator.
class IsolationCheckTest {
    private final PodSpec check = Serialization.unmarshal(
                    read(Path.of("../helm/tests/golden/isolation-check.yaml")), DaemonSet.class)
            .getSpec()
            .getTemplate()
            .getSpec();
    private final PodSpec builder = Serialization.unmarshal(
                    read(Path.of("src/test/resources/desired/nested-inline/out-Job.yaml")), Job.class)
            .getSpec()
            .getTemplate()
            .getSpec();

    @Test
    void itsPodIsIsolatedAsABuilderPod() {
        assertThat(check.getHostUsers()).isFalse().isEqualTo(builder.getHostUsers());
        assertThat(check.getHostNetwork()).isEqualTo(builder.getHostNetwork());
        assertThat(check.getHostPID()).isEqualTo(builder.getHostPID());
        assertThat(check.getHostIPC()).isEqualTo(builder.getHostIPC());
        assertThat(check.getShareProcessNamespace()).isEqualTo(builder.getShareProcessNamespace());
        assertThat(check.getAutomountServiceAccountToken()).isEqualTo(builder.getAutomountServiceAccountToken());
        assertThat(check.getEnableServiceLinks()).isEqualTo(builder.getEnableServiceLinks());
        assertThat(check.getRuntimeClassName()).isEqualTo(builder.getRuntimeClassName());
        assertThat(check.getSecurityContext()).isNotNull().isEqualTo(builder.getSecurityContext());
    }

    @Test
    void itsContainerIsIsolatedAsTheBuildersAndHasTheSameStore() {
        Container checked = check.getContainers().getFirst();
        Container build = builder.getContainers().getFirst();
        assertThat(checked.getSecurityContext()).isNotNull().isEqualTo(build.getSecurityContext());
        assertThat(checked.getImage()).isEqualTo(build.getImage());
        assertThat(checked.getCommand().getFirst()).isEqualTo(build.getCommand().getFirst());
        assertThat(path(checked)).isEqualTo(path(build));
    }

    private static String path(Container container) {
        return container.getVolumeMounts().stream()
                .filter(mount -> mount.getName().equals("store"))
                .map(VolumeMount::getMountPath)
                .findFirst()
                .orElseThrow();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
