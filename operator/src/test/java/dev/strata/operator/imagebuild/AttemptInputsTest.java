/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttemptInputsTest {
    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    @Test
    void theyChangeWithTimeoutResourcesAndSecrets() {
        assertThat(List.of(
                        digest("30m", "1Gi", Map.of("push", "1")),
                        digest("45m", "1Gi", Map.of("push", "1")),
                        digest("30m", "2Gi", Map.of("push", "1")),
                        digest("30m", "1Gi", Map.of("push", "2")),
                        digest("30m", "1Gi", Map.of("other", "1")),
                        digest("30m", "1Gi", Map.of("push", ""))))
                .doesNotHaveDuplicates();
        assertThat(digest("60m", "1Gi", Map.of())).isEqualTo(digest("1h", "1Gi", Map.of()));
    }

    @Test
    void theSecretsOfABuildAreThoseOfItsTargetAndItsSource() {
        ImageBuild build = build("30m", "1Gi");
        assertThat(AttemptInputs.secrets(build, Target.of(build, "cluster.local")))
                .containsExactly("git", "strata-push-images");
    }

    @Test
    void aRequestIsCut() {
        ImageBuild build = build("30m", "1Gi");
        assertThat(Wanted.request(build)).isEmpty();
        build.getMetadata().setAnnotations(Map.of(Wanted.REBUILD_REQUESTED, "x".repeat(1000)));
        assertThat(Wanted.request(build)).hasSize(64);
    }

    private static String digest(String timeout, String memory, Map<String, String> versions) {
        return AttemptInputs.digest(build(timeout, memory).getSpec(), versions, JSON);
    }

    private static ImageBuild build(String timeout, String memory) {
        return Serialization.unmarshal("""
                apiVersion: strata.dev/v1alpha1
                kind: ImageBuild
                metadata: {name: app, namespace: team}
                spec:
                  source: {git: {url: "https://git.example.com/app", secretRef: {name: git}}}
                  output: {registryRef: {name: images}, repository: app}
                  timeout: %s
                  resources: {limits: {memory: %s}}
                """.formatted(timeout, memory), ImageBuild.class);
    }
}
