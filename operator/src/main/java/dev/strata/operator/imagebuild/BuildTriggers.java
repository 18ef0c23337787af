/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.operator.informer.LeanStore;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Objects;
import java.util.Set;

/// What a reconcile is started for.
final class BuildTriggers {
    private BuildTriggers() {}

    /// A change of the spec, or a request to build again; not the operator's own change of the status.
    public static final class Asked implements OnUpdateFilter<ImageBuild> {
        @Override
        public boolean accept(ImageBuild build, ImageBuild old) {
            return !Objects.equals(
                            build.getMetadata().getGeneration(),
                            old.getMetadata().getGeneration())
                    || !Wanted.request(build).equals(Wanted.request(old));
        }
    }

    static InformerEventSource<Job, ImageBuild> jobs(EventSourceContext<ImageBuild> context) {
        return labelled(Job.class, context);
    }

    static InformerEventSource<Pod, ImageBuild> pods(EventSourceContext<ImageBuild> context) {
        return labelled(Pod.class, context);
    }

    /// The Jobs of all ImageBuilds, as far as the informer knows them.
    static InformerEventSource<Job, ImageBuild> jobs(Context<ImageBuild> context) {
        return (InformerEventSource<Job, ImageBuild>)
                context.eventSourceRetriever().getEventSourceFor(Job.class);
    }

    private static <R extends HasMetadata> InformerEventSource<R, ImageBuild> labelled(
            Class<R> type, EventSourceContext<ImageBuild> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.<R>from(type, ImageBuild.class)
                        .withLabelSelector(ImageBuildDesired.LABEL)
                        .withItemStore(new SlimStore<>())
                        .withInformerListLimit(LeanStore.OWN_PAGE)
                        .withSecondaryToPrimaryMapper(resource -> Set.of(new ResourceID(
                                resource.getMetadata().getLabels().get(ImageBuildDesired.LABEL),
                                resource.getMetadata().getNamespace())))
                        .build(),
                context);
    }
}
