/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.crds.registry.RegistrySpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.KeyToPathBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The pod that serves a Registry. Pod Security level restricted admits it.
record RegistryWorkload(RegistryDesired desired, String image) {
    private static final long USER = 1000;

    /// Readable by the group, which is the pod's fsGroup.
    private static final int GROUP_READABLE = 0440;

    /// One replica: its volume is usually of one node. The claim stays when the Registry is
    /// deleted.
    ///
    /// @param tls text of the certificate; the pod is replaced when it changes, because the
    /// registry
    ///     reads it only at its start
    /// @param config text of the configuration, likewise
    /// @param htpasswd text of the user's line; the kubelet brings a changed one to a running pod only a
    ///     minute later
    /// @param templateSize size in the claim template, which cannot change
    StatefulSet statefulSet(String tls, String config, String htpasswd, Quantity templateSize) {
        RegistryNames names = desired.names();
        return new StatefulSetBuilder()
                .withMetadata(desired.owned(names.name()))
                .withNewSpec()
                .withReplicas(1)
                .withServiceName(names.name())
                .withPodManagementPolicy("Parallel")
                .withNewUpdateStrategy()
                .withType("RollingUpdate")
                .endUpdateStrategy()
                .withNewPersistentVolumeClaimRetentionPolicy()
                .withWhenDeleted("Retain")
                .withWhenScaled("Retain")
                .endPersistentVolumeClaimRetentionPolicy()
                .withNewSelector()
                .withMatchLabels(names.selector())
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(desired.labels())
                .withAnnotations(new TreeMap<>(Map.of(
                        "strata.dev/tls-hash", ClusterObjects.hash(tls),
                        "strata.dev/config-hash", ClusterObjects.hash(config),
                        "strata.dev/auth-hash", ClusterObjects.hash(htpasswd))))
                .endMetadata()
                .withSpec(pod())
                .endTemplate()
                .withVolumeClaimTemplates(claim(templateSize))
                .endSpec()
                .build();
    }

    private PodSpec pod() {
        RegistryNames names = desired.names();
        return new PodSpecBuilder()
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withRestartPolicy("Always")
                .withTerminationGracePeriodSeconds(60L)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withFsGroup(USER)
                .withFsGroupChangePolicy("OnRootMismatch")
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withContainers(container())
                .withVolumes(
                        new VolumeBuilder()
                                .withName("config")
                                .withNewConfigMap()
                                .withName(names.config())
                                .withDefaultMode(0444)
                                .endConfigMap()
                                .build(),
                        secret("tls", names.tlsSecret(), "tls.crt", "tls.key"),
                        secret("auth", names.authSecret(), RegistryUser.HTPASSWD))
                .build();
    }

    private Container container() {
        return new ContainerBuilder()
                .withName("registry")
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .addNewEnv()
                .withName("OTEL_TRACES_EXPORTER")
                .withValue("none")
                .endEnv()
                .addNewEnv()
                .withName("REGISTRY_HTTP_SECRET")
                .withNewValueFrom()
                .withNewSecretKeyRef(RegistryUser.HTTP_SECRET, desired.names().authSecret(), false)
                .endValueFrom()
                .endEnv()
                .addNewPort()
                .withName("https")
                .withContainerPort(RegistryNames.PORT)
                .withProtocol("TCP")
                .endPort()
                .withReadinessProbe(probe(2, 5))
                .withLivenessProbe(probe(20, 6))
                .withResources(resources(desired.registry().getSpec().resources()))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .addNewVolumeMount()
                .withName("data")
                .withMountPath("/var/lib/registry")
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("config")
                .withMountPath("/etc/distribution")
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("tls")
                .withMountPath("/etc/strata/tls")
                .withReadOnly(true)
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("auth")
                .withMountPath("/etc/strata/auth")
                .withReadOnly(true)
                .endVolumeMount()
                .build();
    }

    private static Volume secret(String volume, String secret, String... keys) {
        KeyToPath[] items = new KeyToPath[keys.length];
        for (int i = 0; i < keys.length; i++) {
            items[i] = new KeyToPathBuilder().withKey(keys[i]).withPath(keys[i]).build();
        }
        return new VolumeBuilder()
                .withName(volume)
                .withNewSecret()
                .withSecretName(secret)
                .withDefaultMode(GROUP_READABLE)
                .withItems(items)
                .endSecret()
                .build();
    }

    /// `/` needs no login. It answers 503, as every path does, while the storage check fails.
    private static Probe probe(int period, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath("/")
                .withNewPort("https")
                .withScheme("HTTPS")
                .endHttpGet()
                .withPeriodSeconds(period)
                .withTimeoutSeconds(3)
                .withSuccessThreshold(1)
                .withFailureThreshold(failures)
                .build();
    }

    private static ResourceRequirements resources(RegistrySpec.@Nullable Resources resources) {
        var requests = amounts(resources == null ? null : resources.requests());
        var limits = amounts(resources == null ? null : resources.limits());
        // A default that is above the limit would be refused.
        if (!limits.containsKey("cpu")) {
            requests.putIfAbsent("cpu", new Quantity("50m"));
        }
        if (!limits.containsKey("memory")) {
            requests.putIfAbsent("memory", new Quantity("64Mi"));
        }
        return new ResourceRequirementsBuilder()
                .withRequests(requests)
                .withLimits(limits)
                .build();
    }

    private static Map<String, Quantity> amounts(RegistrySpec.@Nullable Amounts amounts) {
        var map = new TreeMap<String, Quantity>();
        if (amounts != null && amounts.cpu() != null) {
            map.put("cpu", amounts.cpu());
        }
        if (amounts != null && amounts.memory() != null) {
            map.put("memory", amounts.memory());
        }
        return map;
    }

    private PersistentVolumeClaim claim(Quantity size) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("data")
                .withLabels(desired.labels())
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(desired.storageClassName())
                .withVolumeMode("Filesystem")
                .withNewResources()
                .withRequests(Map.of("storage", size))
                .endResources()
                .endSpec()
                .build();
    }
}
