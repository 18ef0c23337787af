/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.report.BuilderPaths;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The pod that a build runs in, every field that isolates it said and none left to a default.
///
/// @param image the builder image
/// @param mode the chosen mode, never `AUTO`
/// @param target where the image goes
/// @param gitSecret Secret with the git credentials; null for none
/// @param pullSecrets Secrets with credentials of other registries, the first one that fits counts
/// @param nodeSelector labels of the nodes on which builds run
record BuilderPod(
        String image,
        IsolationMode mode,
        Target target,
        @Nullable String gitSecret,
        List<String> pullSecrets,
        Map<String, String> nodeSelector) {
    private static final int OWNER_READS = 256;

    /// @param configMap holds the request
    /// @param digest of the request
    PodTemplateSpec template(ImageBuild build, String configMap, String digest) {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .addToLabels(ImageBuildDesired.LABEL, build.getMetadata().getName())
                .endMetadata()
                .withNewSpec()
                .withHostUsers(false)
                .withNodeSelector(nodeSelector.isEmpty() ? null : nodeSelector)
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(10L)
                .withNewSecurityContext()
                .addNewSysctl("net.ipv4.ping_group_range", "0 65535")
                .endSecurityContext()
                .addNewContainer()
                .withName("build")
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withCommand(command(mode))
                .addNewEnv()
                .withName(BuilderPaths.REQUEST_DIGEST)
                .withValue(digest)
                .endEnv()
                .withSecurityContext(security(mode))
                .withTerminationMessagePath("/dev/termination-log")
                .withTerminationMessagePolicy("File")
                .withNewResources()
                .withRequests(amounts(build.getSpec().resources(), true))
                .withLimits(amounts(build.getSpec().resources(), false))
                .endResources()
                .withVolumeMounts(mounts())
                .endContainer()
                .withVolumes(volumes(configMap))
                .endSpec()
                .build();
    }

    static List<String> command(IsolationMode mode) {
        return List.of(
                "/usr/bin/strata-launcher",
                mode == IsolationMode.NESTED_USER_NAMESPACE ? "nest" : "direct",
                "--",
                "/opt/strata/bin/strata-build");
    }

    static SecurityContext security(IsolationMode mode) {
        // A runtime's own profile refuses pivot_root(2) whatever the capabilities.
        var both = new SecurityContextBuilder()
                .withProcMount("Unmasked")
                .withNewSeccompProfile("strata/builder.json", "Localhost");
        return switch (mode) {
            case NESTED_USER_NAMESPACE -> both.build();
            case USER_NAMESPACE ->
                both.withNewAppArmorProfile(null, "Unconfined")
                        .withNewCapabilities()
                        .withAdd("SYS_ADMIN")
                        .endCapabilities()
                        .build();
            case AUTO -> throw new IllegalStateException("a mode must be chosen before the pod is made");
        };
    }

    private List<VolumeMount> mounts() {
        var mounts = new ArrayList<VolumeMount>();
        mounts.add(mount("store", "/strata/store", false));
        mounts.add(mount("request", "/strata/request", true));
        if (target.secret() != null) {
            mounts.add(mount("registry", "/strata/registry", true));
        }
        for (int i = 0; i < pullSecrets.size(); i++) {
            mounts.add(mount("pull-" + i, BuilderPaths.PULL_CREDENTIALS + "/" + i, true));
        }
        mounts.add(mount("ca", "/strata/ca", true));
        if (gitSecret != null) {
            mounts.add(mount("git", "/strata/git", true));
        }
        return mounts;
    }

    private List<Volume> volumes(String configMap) {
        var volumes = new ArrayList<Volume>();
        volumes.add(new VolumeBuilder()
                .withName("store")
                .withNewEmptyDir()
                .endEmptyDir()
                .build());
        volumes.add(new VolumeBuilder()
                .withName("request")
                .withNewConfigMap()
                .withName(configMap)
                .endConfigMap()
                .build());
        if (target.secret() != null) {
            volumes.add(dockerConfig("registry", target.secret()));
        }
        for (int i = 0; i < pullSecrets.size(); i++) {
            volumes.add(dockerConfig("pull-" + i, pullSecrets.get(i)));
        }
        // A base may come from a Registry of the cluster whatever the target is; a namespace may have none.
        volumes.add(new VolumeBuilder()
                .withName("ca")
                .withNewConfigMap()
                .withName("strata-registry-ca")
                .withOptional(true)
                .endConfigMap()
                .build());
        if (gitSecret != null) {
            volumes.add(new VolumeBuilder()
                    .withName("git")
                    .withNewSecret()
                    .withSecretName(gitSecret)
                    .withDefaultMode(OWNER_READS)
                    .endSecret()
                    .build());
        }
        return volumes;
    }

    private static Volume dockerConfig(String name, String secret) {
        return new VolumeBuilder()
                .withName(name)
                .withNewSecret()
                .withSecretName(secret)
                .withDefaultMode(OWNER_READS)
                .addNewItem(".dockerconfigjson", OWNER_READS, "config.json")
                .endSecret()
                .build();
    }

    private static Map<String, Quantity> amounts(ImageBuildSpec.@Nullable Resources resources, boolean requests) {
        var amounts = new LinkedHashMap<String, Quantity>();
        ImageBuildSpec.Amounts given = resources == null ? null : requests ? resources.requests() : resources.limits();
        if (given != null) {
            put(amounts, "cpu", given.cpu());
            put(amounts, "memory", given.memory());
            put(amounts, "ephemeral-storage", given.ephemeralStorage());
        }
        return amounts;
    }

    private static void put(Map<String, Quantity> amounts, String name, @Nullable Quantity amount) {
        if (amount != null) {
            amounts.put(name, amount);
        }
    }

    private static VolumeMount mount(String name, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(name)
                .withMountPath(path)
                .withReadOnly(readOnly)
                .build();
    }
}
