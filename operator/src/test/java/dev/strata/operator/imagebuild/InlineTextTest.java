/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InlineTextTest {
    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    private static final String MANIFEST = """
            apiVersion: strata.dev/v1alpha1
            kind: ImageBuild
            metadata: {name: app, namespace: team, generation: 1, uid: 12345-67890}
            spec:
              source: {inline: {files: {a: text-1, b: text-2}}}
              dockerfile: {inline: FROM text-3}
              build: {args: [{name: ONE, value: text-4}, {name: TWO, value: text-5}]}
              output: {image: registry.example.com/app}
              resources: {limits: {memory: 1Gi}}
            """;

    @Test
    void noTextIsKept() {
        assertThat(JSON.asJson(kept(MANIFEST).getSpec()))
                .doesNotContain("text-")
                .contains("1Gi");
    }

    @Test
    void theKeyIsTheSameOfTheWholeAndOfWhatIsKept() {
        String key = key(build(MANIFEST));
        ImageBuild kept = kept(MANIFEST);
        assertThat(key(kept)).isEqualTo(key);
        assertThat(key(JSON.clone(kept))).as("as JOSDK hands it out").isEqualTo(key);
        assertThat(key(SlimStore.slimmed(kept))).as("kept once more").isEqualTo(key);
        String path = MANIFEST.replace("inline: FROM text-3", "path: Containerfile");
        assertThat(key(kept(path))).isEqualTo(key(build(path))).isNotEqualTo(key);
    }

    @Test
    void everyTextAndItsNameDecides() {
        String key = key(kept(MANIFEST));
        for (String text : List.of("text-1", "text-2", "text-3", "text-4", "text-5", "a: text-1", "ONE")) {
            assertThat(key(kept(MANIFEST.replace(text, "x" + text)))).as(text).isNotEqualTo(key);
        }
        assertThat(key(kept(MANIFEST.replace("a: text-1, b: text-2", "b: text-2, a: text-1"))))
                .as("files have no order")
                .isEqualTo(key);
    }

    @Test
    void whoWritesADigestHimselfGetsAnotherKey() {
        String digest = Objects.requireNonNull(
                Objects.requireNonNull(kept(MANIFEST).getSpec().dockerfile()).inline());
        assertThat(key(kept(MANIFEST.replace("FROM text-3", digest)))).isNotEqualTo(key(kept(MANIFEST)));
    }

    @Test
    void anAmountThatFillsMemoryIsNotKept() {
        assertThat(kept(MANIFEST.replace("1Gi", "0".repeat(1000) + "1Gi"))
                        .getSpec()
                        .resources())
                .isNull();
    }

    private static ImageBuild kept(String yaml) {
        return SlimStore.slimmed(build(yaml));
    }

    private static ImageBuild build(String yaml) {
        return Serialization.unmarshal(yaml, ImageBuild.class);
    }

    private static String key(ImageBuild build) {
        Target target = Target.of(build, "cluster.local");
        return RebuildKey.of(ImageBuildDesired.request(build, 0, target, null), IsolationMode.AUTO, List.of());
    }
}
