/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.strata.e2e.actors.BuildManifest;
import dev.strata.e2e.actors.ClusterUser;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Processes that die in the middle of a build: it ends Ready, once, with one manifest in the Registry.
final class FaultsE2E {
    private static final String OPERATOR = "app.kubernetes.io/name=strata-operator";

    private final ClusterUser user = ClusterUser.in("demo");
    private final ClusterUser administrator = ClusterUser.in("strata-system");
    private final String repository = "e2e/faults-" + UUID.randomUUID();

    @Test
    void builderPodKilledInTheMiddleOfARun() {
        sleepingBuild("e2e-builder-killed");
        String pod = onlyPod("e2e-builder-killed");

        user.run("delete", "pod", pod, "--force", "--grace-period=0").orFail();

        builtOnce("e2e-builder-killed");
        assertThat(onlyPod("e2e-builder-killed")).isNotEqualTo(pod);
    }

    @Test
    void operatorPodKilledInTheMiddleOfARun() {
        sleepingBuild("e2e-operator-killed");
        String builder = onlyPod("e2e-operator-killed");
        String operator = name(administrator.list("pod", OPERATOR).getFirst());

        administrator
                .run("delete", "pod", operator, "--force", "--grace-period=0")
                .orFail();

        builtOnce("e2e-operator-killed");
        assertThat(onlyPod("e2e-operator-killed")).isEqualTo(builder);
        assertThat(administrator.list("pod", OPERATOR))
                .extracting(FaultsE2E::name)
                .doesNotContain(operator);
    }

    /// Applies a build and waits until its RUN has begun.
    private void sleepingBuild(String name) {
        user.applyAnew(BuildManifest.named(name)
                .file("a.txt", "a")
                .into(repository)
                .with("/cache/type", "None")
                .dockerfile("""
                        FROM registry.demo.svc.cluster.local:5000/base/busybox:1
                        COPY a.txt /
                        RUN sleep 12 && echo awake > /made
                        """));
        user.waitFor(
                "imagebuild",
                name,
                Duration.ofMinutes(1),
                "in the middle of its RUN",
                build -> build.at("/status/progress/instruction").asText().startsWith("RUN sleep 12"));
    }

    private void builtOnce(String name) {
        JsonNode build = user.waitForBuild(name, "Ready", "True", Duration.ofMinutes(2));
        assertThat(ClusterUser.conditionLine(build, "Ready"))
                .isEqualTo("Ready=True Succeeded: build 1 is in the registry");
        assertThat(build.at("/status/history")).hasSize(1);
        assertThat(user.list("job", "strata.dev/imagebuild=" + name)).hasSize(1);
        List<String> puts = user.run("logs", "registry-0", "--tail=-1")
                .orFail()
                .lines()
                .filter(line -> line.contains("\"response completed\"")
                        && line.contains("\"http.request.method\":\"PUT\"")
                        && line.contains("\"http.request.uri\":\"/v2/" + repository + "/manifests/"))
                .toList();
        assertThat(puts).singleElement().asString().contains("\"http.response.status\":201");
        assertThat(user.runPod(
                        name, build.at("/status/image/reference").asText(), "strata-pull-registry", "cat", "/made"))
                .isEqualTo("awake\n");
    }

    private String onlyPod(String build) {
        List<JsonNode> pods = user.list("pod", "strata.dev/imagebuild=" + build);
        assertThat(pods).hasSize(1);
        return name(pods.getFirst());
    }

    private static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }
}
