/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What of a builder pod's isolation and confinement is another than was asked for. An API server drops fields that it
/// does not know, and a webhook may write any. What the API server fills in is no difference. Pure.
final class PodDifference {
    private static final int ANYBODY_READS = 420;

    private PodDifference() {}

    /// Names of the fields of `made` that differ; empty when none does.
    static List<String> between(PodSpec asked, PodSpec made) {
        var fields = new LinkedHashMap<String, Boolean>();
        fields.put("hostUsers", Boolean.FALSE.equals(made.getHostUsers()));
        fields.put("hostNetwork", !Boolean.TRUE.equals(made.getHostNetwork()));
        fields.put("hostPID", !Boolean.TRUE.equals(made.getHostPID()));
        fields.put("hostIPC", !Boolean.TRUE.equals(made.getHostIPC()));
        fields.put("shareProcessNamespace", !Boolean.TRUE.equals(made.getShareProcessNamespace()));
        fields.put("automountServiceAccountToken", Boolean.FALSE.equals(made.getAutomountServiceAccountToken()));
        fields.put("securityContext", said(asked.getSecurityContext()).equals(said(made.getSecurityContext())));
        fields.put("initContainers", made.getInitContainers().isEmpty());
        fields.put("ephemeralContainers", made.getEphemeralContainers().isEmpty());
        fields.put("volumes", volumes(asked).equals(volumes(made)));
        boolean one = made.getContainers().size() == 1 && asked.getContainers().size() == 1;
        fields.put("containers", one);
        if (one) {
            container(asked.getContainers().getFirst(), made.getContainers().getFirst())
                    .forEach((name, same) -> fields.put("containers[0]." + name, same));
        }
        var different = new ArrayList<String>();
        fields.forEach((name, same) -> {
            if (!same) {
                different.add("spec." + name);
            }
        });
        return different;
    }

    private static Map<String, Boolean> container(Container asked, Container made) {
        var fields = new LinkedHashMap<String, Boolean>();
        fields.put("name", Objects.equals(asked.getName(), made.getName()));
        fields.put("image", Objects.equals(asked.getImage(), made.getImage()));
        fields.put("command", asked.getCommand().equals(made.getCommand()));
        fields.put("args", asked.getArgs().equals(made.getArgs()));
        fields.put("workingDir", Objects.equals(asked.getWorkingDir(), made.getWorkingDir()));
        fields.put("env", asked.getEnv().equals(made.getEnv()));
        fields.put("envFrom", asked.getEnvFrom().equals(made.getEnvFrom()));
        fields.put("securityContext", isolates(asked, made));
        fields.put("volumeMounts", mounts(asked).equals(mounts(made)));
        fields.put("volumeDevices", asked.getVolumeDevices().equals(made.getVolumeDevices()));
        // Each of these runs a program in the container.
        fields.put("lifecycle", made.getLifecycle() == null);
        fields.put("livenessProbe", made.getLivenessProbe() == null);
        fields.put("readinessProbe", made.getReadinessProbe() == null);
        fields.put("startupProbe", made.getStartupProbe() == null);
        return fields;
    }

    /// Not only as asked, but as the mode of its command needs: the Job itself may have been made less isolated.
    private static boolean isolates(Container asked, Container made) {
        for (IsolationMode mode : List.of(IsolationMode.NESTED_USER_NAMESPACE, IsolationMode.USER_NAMESPACE)) {
            if (BuilderPod.command(mode).equals(made.getCommand())) {
                return BuilderPod.security(mode).equals(made.getSecurityContext())
                        && Objects.equals(asked.getSecurityContext(), made.getSecurityContext());
            }
        }
        return false;
    }

    private static PodSecurityContext said(@Nullable PodSecurityContext context) {
        return context == null ? new PodSecurityContext() : context;
    }

    private static List<Volume> volumes(PodSpec spec) {
        return spec.getVolumes().stream().map(PodDifference::filledIn).toList();
    }

    private static Volume filledIn(Volume volume) {
        var builder = new VolumeBuilder(volume);
        if (volume.getConfigMap() != null && volume.getConfigMap().getDefaultMode() == null) {
            builder.editConfigMap().withDefaultMode(ANYBODY_READS).endConfigMap();
        }
        if (volume.getSecret() != null && volume.getSecret().getDefaultMode() == null) {
            builder.editSecret().withDefaultMode(ANYBODY_READS).endSecret();
        }
        return builder.build();
    }

    private static List<VolumeMount> mounts(Container container) {
        return container.getVolumeMounts().stream()
                .map(mount -> Boolean.FALSE.equals(mount.getReadOnly())
                        ? new VolumeMountBuilder(mount).withReadOnly(null).build()
                        : mount)
                .toList();
    }
}
