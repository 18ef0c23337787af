/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.operator.BuildMetrics;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BuildRecordTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    // Nobody listens there: an Event that cannot be written is no reason to stop.
    private final KubernetesClient nobody = new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder()
                    .withMasterUrl("http://127.0.0.1:1")
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
    private final BuildRecord record = new BuildRecord(new BuildEvents(nobody), new BuildMetrics(meters));

    @AfterEach
    void close() {
        nobody.close();
    }

    @Test
    void aBuildHasSucceededOnlyOnceItsImageIsConfirmed() {
        Builds unconfirmed = new Builds().job(1, KEY, "Complete").pod(1, 0, "Completed", Builds.good());
        ImageBuildStatus before = unconfirmed
                .statuses()
                .unconfirmed(
                        Objects.requireNonNull(unconfirmed.observed().newest()),
                        Problem.of(ProblemCode.ImageNotFound, "not there", "", ""));
        record.changed(unconfirmed.build(), before, unconfirmed.observed());
        assertThat(succeeded()).isZero();

        Builds confirmed = new Builds()
                .job(1, KEY, "Complete", Map.of(ImageBuildDesired.CONFIRMED, Builds.IMAGE))
                .pod(1, 0, "Completed", Builds.good());
        confirmed.build().setStatus(before);
        ImageBuildStatus after = confirmed
                .statuses()
                .finished(Objects.requireNonNull(confirmed.observed().newest()), null);
        record.changed(confirmed.build(), after, confirmed.observed());
        assertThat(succeeded()).isEqualTo(1);
    }

    @Test
    void whatRunsAndWaitsIsCountedWheneverSomebodyLooks() {
        Builds builds = new Builds().job(1, KEY, "Failed").job(2, KEY, null).job(3, KEY, null);
        var jobs = new ArrayList<>(builds.observed().jobs());
        builds.build().setStatus(builds.statuses().idle("Queued", "waits"));
        var all = new ArrayList<>(List.of(builds.build(), new Builds().build()));
        record.count(jobs::stream, all::stream);
        assertThat(gauge("active")).isEqualTo(2);
        assertThat(gauge("queued")).isEqualTo(1);

        jobs.removeFirst();
        builds.build().setStatus(builds.statuses().idle("Suspended", "rests"));
        assertThat(gauge("active")).isEqualTo(1);
        assertThat(gauge("queued")).isZero();
    }

    private double gauge(String name) {
        return meters.get("strata.imagebuild." + name).gauge().value();
    }

    private double succeeded() {
        Counter counter = meters.find("strata.imagebuild.builds")
                .tag("result", "Succeeded")
                .counter();
        return counter == null ? 0 : counter.count();
    }
}
