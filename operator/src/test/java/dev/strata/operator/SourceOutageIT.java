/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.DIGEST;
import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What a git server that gives no commit changes, and what not. No name below `.invalid` has an address.
class SourceOutageIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    private static final String URL = "https://git.invalid/team/app";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void aBuildGoesOnAndStaysReadyWhileItsSourceCannotBeLookedUp() {
        builds.cluster().namespace("outage", "baseline");
        create("outage", COMMIT);
        await(() -> assertThat(builds.jobs("outage")).hasSize(1));
        // From here on it is as if a branch had named that commit, and can no longer be looked up.
        builds.client().resource(builds.jobs("outage").getFirst()).edit(job -> {
            job.getMetadata().getAnnotations().put("strata.dev/git-source", URL + " main");
            return job;
        });
        builds.merge("outage", Map.of("spec", Map.of("source", Map.of("git", Map.of("revision", "main")))));
        await(() -> assertThat(builds.status("outage", "hello").observedGeneration())
                .isEqualTo(2));
        assertThat(builds.condition("outage", "hello", "Ready").getReason()).isEqualTo("Building");

        builds.pushed.add(DIGEST);
        builds.jobController().complete(builds.jobs("outage").getFirst(), builds.good(DIGEST), 0);
        await(() -> assertThat(builds.condition("outage", "hello", "Ready").getStatus())
                .isEqualTo("True"));
        assertThat(builds.condition("outage", "hello", "Ready").getMessage())
                .startsWith("build 1 is in the registry; since then its source could not be looked up:"
                        + " GitUnreachable, the host git.invalid has no address");
        assertThat(builds.jobs("outage")).hasSize(1);
        await(() -> assertThat(warnings("outage")).singleElement().satisfies(event -> {
            assertThat(event.getReason()).isEqualTo("SourceUnavailable");
            assertThat(event.getMessage()).startsWith("GitUnreachable: the host git.invalid has no address");
        }));
    }

    @Test
    void withoutAnEarlierBuildNothingIsMade() {
        builds.cluster().namespace("unknown", "baseline");
        create("unknown", "main");
        await(() -> assertThat(builds.condition("unknown", "hello", "Ready").getReason())
                .isEqualTo("GitUnreachable"));
        assertThat(builds.condition("unknown", "hello", "Reconciling").getStatus())
                .isEqualTo("True");
        assertThat(builds.jobs("unknown")).isEmpty();
    }

    private void create(String namespace, String revision) {
        builds.client()
                .resource(Serialization.unmarshal(
                        """
                        apiVersion: strata.dev/v1alpha1
                        kind: ImageBuild
                        metadata: {name: hello, namespace: %s}
                        spec:
                          source: {git: {url: "%s", revision: "%s"}}
                          output: {image: "%s", secretRef: {name: push}}
                        """.formatted(namespace, URL, revision, builds.repository()), ImageBuild.class))
                .create();
    }

    private List<Event> warnings(String namespace) {
        return builds.client().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> Objects.equals(event.getType(), "Warning"))
                .toList();
    }
}
