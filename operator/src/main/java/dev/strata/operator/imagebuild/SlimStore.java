/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What an informer keeps of its resources: all but what no reconcile reads, which is most of it. That is who has set
/// which field, what `kubectl apply` notes for itself, and the spec of the pod of a build that has ended.
///
/// @param <R> the kind
public final class SlimStore<R extends HasMetadata> extends BasicItemStore<R> {
    /// As many resources are read at once when an informer starts, so that it never holds the text of all of them.
    static final long PAGE = 100;

    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
    private static final String NOT_COUNTED = "batch.kubernetes.io/job-tracking";
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    public SlimStore() {
        super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public R put(String key, R resource) {
        resource.getMetadata().setManagedFields(List.of());
        Map<String, String> annotations = resource.getMetadata().getAnnotations();
        if (annotations != null) {
            annotations.remove(LAST_APPLIED);
        }
        switch (resource) {
            case Job job when ImageBuildObserved.over(job) -> job.getSpec().setTemplate(null);
            case Pod pod when counted(pod) -> pod.setSpec(null);
            default -> {}
        }
        return super.put(key, resource);
    }

    /// Whether the pod has ended, and the Job controller has seen it.
    private static boolean counted(Pod pod) {
        return pod.getStatus() != null
                && ENDED.contains(String.valueOf(pod.getStatus().getPhase()))
                && !pod.getMetadata().getFinalizers().contains(NOT_COUNTED);
    }
}
