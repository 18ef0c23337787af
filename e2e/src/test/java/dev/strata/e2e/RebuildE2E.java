/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.strata.e2e.actors.BuildManifest;
import dev.strata.e2e.actors.ClusterUser;
import dev.strata.e2e.actors.GitAuthor;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What makes a new build, what does not, and what a new build need not do again.
final class RebuildE2E {
    private static final String BUSYBOX = "FROM registry.demo.svc.cluster.local:5000/base/busybox:1\n";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final ClusterUser user = ClusterUser.in("demo");

    @Test
    void appliedAgainStartsNoJob() {
        BuildManifest build =
                BuildManifest.named("e2e-again").file("a.txt", "a").dockerfile("FROM scratch\nCOPY a.txt /\n");
        user.applyAnew(build);
        user.waitForBuild("e2e-again", "Ready", "True", LIMIT);
        List<String> jobs = jobs("e2e-again");

        assertThat(user.apply(build.json()).orFail()).isEqualTo("imagebuild.strata.dev/e2e-again unchanged\n");
        // A change that is none of the image's: the operator shows that it has seen it, and builds nothing.
        user.apply(build.with("/timeout", "20m").json()).orFail();
        JsonNode after = user.waitForBuild("e2e-again", "Ready", "True", LIMIT);

        assertThat(after.at("/metadata/generation").asInt()).isEqualTo(2);
        assertThat(after.at("/status/buildNumber").asInt()).isEqualTo(1);
        assertThat(jobs).hasSize(1);
        await().during(Duration.ofSeconds(6))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(jobs("e2e-again")).isEqualTo(jobs));
    }

    @Test
    void changedCopyFindsTheEarlierStepsCachedInANewBuilderPod() {
        String fresh = UUID.randomUUID().toString();
        BuildManifest build = BuildManifest.named("e2e-cached")
                .file("a.txt", "a")
                .file("b.txt", "one\n")
                .dockerfile(BUSYBOX + "COPY a.txt /\nRUN echo " + fresh + " > /made\nCOPY b.txt /\n");
        user.applyAnew(build);
        JsonNode first = user.waitForBuild("e2e-cached", "Ready", "True", LIMIT);
        assertThat(user.buildLog(first, 1))
                .contains("\n#3 [stage-0 3/4] RUN echo " + fresh)
                .doesNotContain("#3 CACHED");

        user.apply(build.file("b.txt", "two\n").json()).orFail();
        JsonNode second = user.waitForBuild("e2e-cached", "Ready", "True", LIMIT);

        assertThat(second.at("/status/buildNumber").asInt()).isEqualTo(2);
        assertThat(user.buildLog(second, 2))
                .contains("\n#2 [stage-0 2/4] COPY a.txt /\n#2 CACHED\n")
                .contains("\n#3 [stage-0 3/4] RUN echo " + fresh + " > /made\n#3 CACHED\n")
                .contains("\n#4 [stage-0 4/4] COPY b.txt /\n#4 DONE ");
        assertThat(pods("e2e-cached")).doesNotHaveDuplicates().hasSize(2);
        assertThat(run("e2e-cached", second, "cat /made /b.txt")).isEqualTo(fresh + "\ntwo\n");
    }

    @Test
    void newCommitMakesOneNewBuildAndANewDigest() {
        var author = new GitAuthor();
        author.copyRepository("debian-vim", "e2e-vim");
        user.applyAnew(BuildManifest.named("e2e-vim").git("e2e-vim", "main").with("/triggers/git/interval", "5s"));
        JsonNode first = user.waitForBuild("e2e-vim", "Ready", "True", Duration.ofMinutes(4));

        String commit = author.commit("e2e-vim", "echo 'written later' > note\necho 'COPY note /' >> Dockerfile");
        JsonNode second = user.waitFor(
                "imagebuild",
                "e2e-vim",
                LIMIT,
                "built from " + commit,
                build -> build.at("/status/source/revision").asText().equals(commit)
                        && ClusterUser.condition(build, "Ready")
                                .path("status")
                                .asText()
                                .equals("True"));

        assertThat(first.at("/status/buildNumber").asInt()).isEqualTo(1);
        assertThat(second.at("/status/buildNumber").asInt()).isEqualTo(2);
        assertThat(digest(second)).startsWith("sha256:").isNotEqualTo(digest(first));
        assertThat(user.buildLog(second, 2)).contains("apt-get install -y vim iputils-ping\n#2 CACHED\n");
        assertThat(run("e2e-vim", second, "cat /note")).isEqualTo("written later\n");
        // Two more look-ups of the same commit.
        await().during(Duration.ofSeconds(11))
                .atMost(Duration.ofSeconds(20))
                .until(() -> jobs("e2e-vim").size() == 2);
    }

    @Test
    void imagesOutliveTheRegistryPod() {
        String fresh = UUID.randomUUID().toString();
        // No node has pulled this image before the Registry's pod is gone.
        user.applyAnew(BuildManifest.named("e2e-kept").file("a.txt", fresh).dockerfile(BUSYBOX + "COPY a.txt /\n"));
        JsonNode build = user.waitForBuild("e2e-kept", "Ready", "True", LIMIT);
        String uid = uid(user.get("pod", "registry-0"));

        user.run("delete", "pod", "registry-0", "--wait=true").orFail();
        user.waitFor(
                "pod",
                "registry-0",
                LIMIT,
                "Ready again",
                pod -> !uid(pod).equals(uid)
                        && ClusterUser.condition(pod, "Ready")
                                .path("status")
                                .asText()
                                .equals("True"));

        assertThat(run("e2e-kept", build, "cat /a.txt")).isEqualTo(fresh);
    }

    private List<String> jobs(String build) {
        return user.list("job", "strata.dev/imagebuild=" + build).stream()
                .map(RebuildE2E::uid)
                .sorted()
                .toList();
    }

    private List<String> pods(String build) {
        return user.list("pod", "strata.dev/imagebuild=" + build).stream()
                .map(RebuildE2E::uid)
                .toList();
    }

    private String run(String pod, JsonNode build, String script) {
        return user.runPod(
                pod, build.at("/status/image/reference").asText(), "strata-pull-registry", "/bin/sh", "-ec", script);
    }

    private static String digest(JsonNode build) {
        return build.at("/status/image/digest").asText();
    }

    private static String uid(JsonNode object) {
        return object.at("/metadata/uid").asText();
    }
}
