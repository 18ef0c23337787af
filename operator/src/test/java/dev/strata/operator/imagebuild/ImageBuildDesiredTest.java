/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.report.BuildRequest;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Golden folders: `in-ImageBuild.yaml` becomes `out-Job.yaml` and `out-ConfigMap.yaml`. The folder's
/// name begins with the mode. `-Dgolden.update=true` rewrites the outputs.
class ImageBuildDesiredTest {
    private static final Path CASES = Path.of("src/test/resources/desired");
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    static List<Path> cases() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theObjectsOfABuild(Path folder) throws IOException {
        ImageBuild build = read(folder);
        String name = folder.getFileName().toString();
        IsolationMode mode =
                name.startsWith("nested-") ? IsolationMode.NESTED_USER_NAMESPACE : IsolationMode.USER_NAMESPACE;
        Target target = Target.of(build, "cluster.local");
        String commit = build.getSpec().source().git() == null ? null : COMMIT;
        BuildRequest request = ImageBuildDesired.request(build, 7, target, commit);
        var pod = new BuilderPod(
                "local/strata-builder:1",
                mode,
                target,
                commit == null ? null : "git",
                ImageBuildDesired.pullSecrets(build.getSpec()),
                Map.of("pool", "builds"));
        check(
                folder.resolve("out-Job.yaml"),
                Serialization.asYaml(ImageBuildDesired.job(build, 7, request, "the-key", pod)));
        check(
                folder.resolve("out-ConfigMap.yaml"),
                Serialization.asYaml(ImageBuildDesired.configMap(build, 7, request)));
        PodSpec asked = pod.template(build, "x", "sha256:0").getSpec();
        assertThat(PodDifference.between(asked, asked)).isEmpty();
    }

    @Test
    void theKeyChangesWithWhatDecidesTheResult() throws IOException {
        ImageBuild build = read(CASES.resolve("nested-inline"));
        String key = key(build, "1");
        assertThat(key(build, "1")).isEqualTo(key);
        assertThat(key(build, "2")).isNotEqualTo(key);
    }

    @Test
    void theKeyChangesWithThePullSecrets() throws IOException {
        String yaml = Files.readString(CASES.resolve("nested-pull-secrets/in-ImageBuild.yaml"));
        ImageBuild one = Serialization.unmarshal(yaml, ImageBuild.class);
        ImageBuild other = Serialization.unmarshal(yaml.replace("name: base", "name: another"), ImageBuild.class);
        assertThat(key(one, "1")).isNotEqualTo(key(other, "1"));
    }

    @Test
    void twoNamespacesShareNoCache() throws IOException {
        ImageBuild build = read(CASES.resolve("nested-inline"));
        var target = new Target("registry.example.com/app", List.of("1"), null, false);
        build.getMetadata().setNamespace("n".repeat(63));
        build.getMetadata().setName("b".repeat(50));
        String scope = ImageBuildDesired.request(build, 1, target, null).cache().scope();
        assertThat(scope).hasSize(114).matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
        build.getMetadata().setNamespace("other");
        assertThat(ImageBuildDesired.request(build, 1, target, null).cache().scope())
                .isEqualTo("other." + "b".repeat(50));
    }

    @Test
    void theKeyDoesNotChangeWithTimeoutAndResources() throws IOException {
        String yaml = Files.readString(CASES.resolve("nested-inline/in-ImageBuild.yaml"));
        ImageBuild other = Serialization.unmarshal(yaml.replace("timeout: 30m", "timeout: 45m"), ImageBuild.class);
        assertThat(key(other, "1")).isEqualTo(key(read(CASES.resolve("nested-inline")), "1"));
        ImageBuild changed = Serialization.unmarshal(yaml.replace("value: \"1\"", "value: \"2\""), ImageBuild.class);
        assertThat(key(changed, "1")).isNotEqualTo(key(other, "1"));
    }

    private static String key(ImageBuild build, String tag) {
        var target = new Target("registry.example.com/app", List.of(tag), null, false);
        return RebuildKey.of(
                ImageBuildDesired.request(build, 0, target, null),
                IsolationMode.AUTO,
                ImageBuildDesired.pullSecrets(build.getSpec()));
    }

    private static ImageBuild read(Path folder) throws IOException {
        return Serialization.unmarshal(Files.readString(folder.resolve("in-ImageBuild.yaml")), ImageBuild.class);
    }

    private static void check(Path file, String yaml) throws IOException {
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, yaml);
        }
        assertThat(file).content().isEqualTo(yaml);
    }
}
