/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class RebuildKeyTest {
    @Test
    void neitherTheCacheNorTheOrderOfTagsDecidesTheResult() {
        String key = key("[a, b]", "{type: Registry}");
        assertThat(List.of(
                        key("[b, a]", "{type: Registry}"),
                        key("[a, b]", "{type: None}"),
                        key("[a, b]", "{repository: registry.example.com/cache}")))
                .containsOnly(key);
    }

    @Test
    void theTagsThemselvesDo() {
        assertThat(key("[a, c]", "{type: Registry}")).isNotEqualTo(key("[a, b]", "{type: Registry}"));
        assertThat(key("[a]", "{type: Registry}")).isNotEqualTo(key("[a, b]", "{type: Registry}"));
    }

    private static String key(String tags, String cache) {
        ImageBuild build = Serialization.unmarshal("""
                apiVersion: strata.dev/v1alpha1
                kind: ImageBuild
                metadata: {name: app, namespace: team}
                spec:
                  source: {inline: {files: {Dockerfile: FROM scratch}}}
                  output: {image: registry.example.com/app, tags: %s}
                  cache: %s
                """.formatted(tags, cache), ImageBuild.class);
        Target target = Target.of(build, "cluster.local");
        return RebuildKey.of(ImageBuildDesired.request(build, 0, target, null), IsolationMode.AUTO, List.of());
    }
}
