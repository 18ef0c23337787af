/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What a git server that gives no commit changes, and what not. No name below `.invalid` has an address.
class SourceOutageIT extends BuildsOnApiServer {
    private static final String URL = "https://git.invalid/team/app";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void aBuildGoesOnAndStaysReadyWhileItsSourceCannotBeLookedUp() {
        namespace("outage", "baseline");
        create("outage", COMMIT);
        await(() -> assertThat(jobs("outage")).hasSize(1));
        // From here on it is as if a branch had named that commit, and can no longer be looked up.
        client.resource(jobs("outage").getFirst()).edit(job -> {
            job.getMetadata().getAnnotations().put("strata.dev/git-source", URL + " main");
            return job;
        });
        merge("outage", Map.of("spec", Map.of("source", Map.of("git", Map.of("revision", "main")))));
        await(() -> assertThat(status("outage", "hello").observedGeneration()).isEqualTo(2));
        assertThat(condition("outage", "hello", "Ready").getReason()).isEqualTo("Building");

        pushed.add(DIGEST);
        complete(jobs("outage").getFirst(), good(DIGEST), 0);
        await(() ->
                assertThat(condition("outage", "hello", "Ready").getStatus()).isEqualTo("True"));
        assertThat(condition("outage", "hello", "Ready").getMessage())
                .startsWith("build 1 is in the registry; since then its source could not be looked up:"
                        + " GitUnreachable, the host git.invalid has no address");
        assertThat(jobs("outage")).hasSize(1);
        await(() -> assertThat(warnings("outage")).singleElement().satisfies(event -> {
            assertThat(event.getReason()).isEqualTo("SourceUnavailable");
            assertThat(event.getMessage()).startsWith("GitUnreachable: the host git.invalid has no address");
        }));
    }

    @Test
    void withoutAnEarlierBuildNothingIsMade() {
        namespace("unknown", "baseline");
        create("unknown", "main");
        await(() ->
                assertThat(condition("unknown", "hello", "Ready").getReason()).isEqualTo("GitUnreachable"));
        assertThat(condition("unknown", "hello", "Reconciling").getStatus()).isEqualTo("True");
        assertThat(jobs("unknown")).isEmpty();
    }

    private void create(String namespace, String revision) {
        client.resource(Serialization.unmarshal(
                        """
                        apiVersion: strata.dev/v1alpha1
                        kind: ImageBuild
                        metadata: {name: hello, namespace: %s}
                        spec:
                          source: {git: {url: "%s", revision: "%s"}}
                          output: {image: "%s", secretRef: {name: push}}
                        """.formatted(namespace, URL, revision, repository()), ImageBuild.class))
                .create();
    }

    private List<Event> warnings(String namespace) {
        return client.v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> Objects.equals(event.getType(), "Warning"))
                .toList();
    }
}
