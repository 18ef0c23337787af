/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SlimStoreTest {
    @Test
    void whoHasSetWhichFieldIsNotKept() {
        var build = new Builds().build();
        build.getMetadata().setManagedFields(List.of(new ManagedFieldsEntry()));
        build.getMetadata()
                .setAnnotations(new HashMap<>(Map.of(
                        "kubectl.kubernetes.io/last-applied-configuration",
                        "{}",
                        "strata.dev/rebuild-requested-at",
                        "1",
                        "their.own/note",
                        "goes")));
        var kept = kept(build).getMetadata();
        assertThat(kept.getManagedFields()).isEmpty();
        assertThat(kept.getAnnotations()).containsOnlyKeys("strata.dev/rebuild-requested-at");
    }

    @Test
    void aPodIsComparedUntilItsEndWasCounted() {
        ImageBuildObserved runs = new Builds().job(1, KEY, null).podOnHost(1).observed();
        Job job = kept(runs.jobs().getFirst());
        Pod running = runs.pods().getFirst();
        assertThat(ImageBuildObserved.differences(job, kept(running))).isNotEmpty();

        Pod ended = new PodBuilder(running)
                .editStatus()
                .withPhase("Failed")
                .endStatus()
                .build();
        Pod seenFirst = new PodBuilder(ended)
                .editMetadata()
                .addToFinalizers("batch.kubernetes.io/job-tracking")
                .endMetadata()
                .build();
        assertThat(ImageBuildObserved.differences(job, kept(seenFirst))).isNotEmpty();
        assertThat(kept(ended).getSpec()).isNull();
        assertThat(ImageBuildObserved.differences(job, kept(ended))).isEmpty();
    }

    @Test
    void theTemplateOfAJobThatIsOverIsNotKept() {
        ImageBuildObserved over = new Builds().job(1, KEY, "Failed").pod(1).observed();
        Job job = kept(over.jobs().getFirst());
        assertThat(job.getSpec().getTemplate()).isNull();
        assertThat(ImageBuildObserved.differences(job, over.pods().getFirst())).isEmpty();
    }

    private static <R extends HasMetadata> R kept(R resource) {
        var store = new SlimStore<R>();
        store.put(store.getKey(resource), resource);
        return Objects.requireNonNull(store.get(store.getKey(resource)));
    }
}
