/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.operator.informer.LeanStore;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is kept of ImageBuilds, their Jobs and pods: of an ImageBuild no text of its own ([InlineText]), and not the
/// spec of the pod of a build that has ended.
///
/// @param <R> the kind
public final class SlimStore<R extends HasMetadata> extends LeanStore<R> {
    private static final String OURS = "strata.dev/";
    private static final String NOT_COUNTED = "batch.kubernetes.io/job-tracking";
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    @Override
    protected void slim(R resource) {
        notes(resource, name -> name.startsWith(OURS));
        switch (resource) {
            case ImageBuild build -> slimmed(build);
            case Job job when ImageBuildObserved.over(job) -> job.getSpec().setTemplate(null);
            case Pod pod when counted(pod) -> pod.setSpec(null);
            default -> {}
        }
    }

    /// The same ImageBuild, with what is kept of it.
    static ImageBuild slimmed(ImageBuild build) {
        String request = Wanted.request(build);
        ObjectMeta metadata = build.getMetadata();
        metadata.setAnnotations(request.isEmpty() ? Map.of() : Map.of(Wanted.REBUILD_REQUESTED, request));
        metadata.setManagedFields(List.of());
        metadata.setLabels(Map.of());
        metadata.setOwnerReferences(List.of());
        metadata.setFinalizers(List.of());
        build.setSpec(InlineText.digested(build.getSpec()));
        return build;
    }

    /// Whether the pod has ended, and the Job controller has seen it.
    private static boolean counted(Pod pod) {
        return pod.getStatus() != null
                && ENDED.contains(String.valueOf(pod.getStatus().getPhase()))
                && !pod.getMetadata().getFinalizers().contains(NOT_COUNTED);
    }
}
