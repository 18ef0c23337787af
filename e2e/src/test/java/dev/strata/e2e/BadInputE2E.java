/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.e2e.actors.BuildManifest;
import dev.strata.e2e.actors.ClusterUser;
import dev.strata.e2e.actors.GitAuthor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Builds that cannot work: each says why in its conditions, and where.
final class BadInputE2E {
    private static final String REGISTRY = "registry.demo.svc.cluster.local:5000/";
    private static final String BUSYBOX = "FROM " + REGISTRY + "base/busybox:1\n";
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final ClusterUser USER = ClusterUser.in("demo");

    private static final String MOUNTED_SECRET = "/strata/registry/config.json";
    private static final List<BuildManifest> BUILDS = List.of(
            build("e2e-bad-syntax").dockerfile(BUSYBOX + "\nCOPI a.txt /\n"),
            build("e2e-bad-copy").dockerfile(BUSYBOX + "COPY missing.txt /\n"),
            build("e2e-bad-run").dockerfile(BUSYBOX + "COPY a.txt /\nRUN echo oh dear && exit 7\n"),
            build("e2e-bad-base").dockerfile("FROM " + REGISTRY + "base/none:1\nCOPY a.txt /\n"),
            build("e2e-bad-credentials")
                    .image(REGISTRY + "e2e/bad-credentials:1", "e2e-wrong")
                    .with("/cache/type", "None")
                    .dockerfile("FROM scratch\nCOPY a.txt /\n"),
            build("e2e-bad-secret")
                    .image(REGISTRY + "e2e/bad-secret:1", "e2e-missing")
                    .dockerfile("FROM scratch\nCOPY a.txt /\n"),
            BuildManifest.named("e2e-bad-branch").git("tutorial", "no-such-branch"),
            BuildManifest.named("e2e-bad-commit").git("tutorial", "0123456789abcdef0123456789abcdef01234567"),
            build("e2e-bad-time").with("/timeout", "40s").dockerfile(BUSYBOX + "RUN sleep 300\n"),
            build("e2e-bad-memory")
                    .with("/resources/limits/memory", "400Mi")
                    .dockerfile(BUSYBOX + "RUN x=a; while :; do x=$x$x; done\n"),
            BuildManifest.named("e2e-bad-link").git("e2e-link", "main"),
            BuildManifest.named("e2e-bad-copied-link")
                    .git("e2e-link", "main")
                    .dockerfile("FROM scratch\nCOPY Dockerfile /stolen\n"));

    /// All at once, since most of the time is the pods' start.
    @BeforeAll
    static void applyAll() {
        USER.run("delete", "secret", "e2e-wrong", "--ignore-not-found").orFail();
        USER.run(
                        "create",
                        "secret",
                        "docker-registry",
                        "e2e-wrong",
                        "--docker-server=registry.demo.svc.cluster.local:5000",
                        "--docker-username=strata",
                        "--docker-password=wrong")
                .orFail();
        var author = new GitAuthor();
        author.createRepository("e2e-link");
        author.commit("e2e-link", "ln -s " + MOUNTED_SECRET + " Dockerfile");
        BUILDS.forEach(USER::applyAnew);
    }

    @Test
    void dockerfileSyntaxError() {
        JsonNode failure = stalled("e2e-bad-syntax", "DockerfileSyntaxError: Dockerfile:3: unknown instruction: COPI");

        assertThat(failure.path("line").asInt()).isEqualTo(3);
    }

    @Test
    void missingSourceOfACopy() {
        JsonNode failure = stalled(
                "e2e-bad-copy",
                "CopySourceNotFound: Dockerfile:2: source not found: missing.txt: the build context has no such path");

        assertThat(failure.path("line").asInt()).isEqualTo(2);
        assertThat(failure.path("step").asText()).isEqualTo("[stage-0 2/2] COPY missing.txt /");
    }

    @Test
    void failingRunLeavesItsOutputAndAnImageToLookAroundIn() {
        JsonNode failure = stalled(
                "e2e-bad-run",
                "InstructionFailed: Dockerfile:3: the command ended with exit code 7: RUN echo oh dear && exit 7");

        assertThat(failure.path("line").asInt()).isEqualTo(3);
        assertThat(failure.path("step").asText()).isEqualTo("[stage-0 3/3] RUN echo oh dear && exit 7");
        assertThat(failure.path("exitCode").asInt()).isEqualTo(7);
        assertThat(failure.path("logTail").asText()).isEqualTo("oh dear");
        assertThat(USER.run("logs", failure.path("podName").asText()).orFail())
                .contains("#3 ERROR Dockerfile:3: the command ended with exit code 7")
                .contains(">>> 3 | RUN echo oh dear && exit 7");
        assertThat(failure.path("debugImage").asText()).isEqualTo(REGISTRY + "e2e/e2e-bad-run:debug-1");
        assertThat(USER.runPod(
                        "e2e-bad-run", failure.path("debugImage").asText(), "strata-pull-registry", "cat", "/a.txt"))
                .isEqualTo("a");
    }

    @Test
    void unknownBaseImage() {
        JsonNode failure = stalled(
                "e2e-bad-base",
                "ImageNotFound: Dockerfile:1: image not found: " + REGISTRY + "base/none:1: there is no such image");

        assertThat(failure.path("line").asInt()).isEqualTo(1);
    }

    @Test
    void wrongPushCredentials() {
        JsonNode build = USER.waitForBuild("e2e-bad-credentials", "Stalled", "True", LIMIT);
        String message = build.at("/status/lastFailure/message").asText();

        assertThat(message)
                .matches("cannot push " + REGISTRY + "e2e/bad-credentials: HEAD https://" + REGISTRY
                        + "v2/e2e/bad-credentials/blobs/sha256:[0-9a-f]{64} answered 401");
        stalled("e2e-bad-credentials", "PushUnauthorized: " + message);
    }

    @Test
    void missingSecretIsWaitedForAndNamed() {
        waiting(
                "e2e-bad-secret",
                "SecretNotFound: there is no Secret demo/e2e-missing. Try: kubectl -n demo get secret e2e-missing");
    }

    @Test
    void noSuchBranch() {
        JsonNode build = USER.waitForBuild("e2e-bad-branch", "Stalled", "True", LIMIT);

        conditions(
                build,
                "True",
                "GitRevisionNotFound: the repository has no branch or tag no-such-branch. Try: check"
                        + " spec.source.git.revision");
        assertThat(USER.list("job", "strata.dev/imagebuild=e2e-bad-branch")).isEmpty();
    }

    @Test
    void noSuchCommit() {
        stalled(
                "e2e-bad-commit",
                "GitRevisionNotFound: the repository has no commit 0123456789abcdef0123456789abcdef01234567");
    }

    @Test
    void namespaceWithoutRoomForAPodIsTold() {
        ClusterUser full = ClusterUser.withNamespace("e2e-full", "baseline");
        full.run("create", "quota", "none", "--hard=pods=0").orFail();
        full.apply(build("refused")
                        .image("registry.example.invalid/refused:1")
                        .dockerfile("FROM scratch\nCOPY a.txt /\n")
                        .json())
                .orFail();

        JsonNode refused = full.waitFor(
                "imagebuild",
                "refused",
                LIMIT,
                "refused",
                build -> ClusterUser.condition(build, "Reconciling")
                        .path("reason")
                        .asText()
                        .equals("PodForbidden"));

        assertThat(ClusterUser.conditionLine(refused, "Reconciling"))
                .matches("Reconciling=True PodForbidden: the builder pod is refused: Error creating: pods"
                        + " \"refused-1-[^\"]+\" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0,"
                        + " limited: pods=0");
        full.run("delete", "namespace", "e2e-full", "--wait=false").orFail();
    }

    @Test
    void timeout() {
        JsonNode failure = stalled("e2e-bad-time", "Timeout: the build took longer than 40s. Try: raise spec.timeout");

        assertThat(failure.path("step").asText()).endsWith("] RUN sleep 300");
        assertThat(failure.path("line").asInt()).isEqualTo(2);
    }

    @Test
    void outOfMemory() {
        JsonNode failure = stalled(
                "e2e-bad-memory",
                "OutOfMemory: the builder was out of memory. Try: raise spec.resources.limits.memory");

        assertThat(failure.path("step").asText()).endsWith("] RUN x=a; while :; do x=$x$x; done");
        assertThat(failure.path("line").asInt()).isEqualTo(2);
    }

    @Test
    void dockerfileThatIsALinkToAMountedSecretIsNotRead() throws IOException {
        stalled(
                "e2e-bad-link",
                "DockerfileNotFound: no such Dockerfile: Dockerfile: it must be a regular file below the build context; a"
                        + " link may not lead out of it");

        showsNoCredentials("e2e-bad-link");
    }

    @Test
    void copiedLinkToAMountedSecretIsNotFollowed() throws IOException {
        stalled(
                "e2e-bad-copied-link",
                "CopySourceNotFound: Dockerfile:2: source not found: Dockerfile: the build context has no such path");

        showsNoCredentials("e2e-bad-copied-link");
    }

    private static BuildManifest build(String name) {
        return BuildManifest.named(name).file("a.txt", "a");
    }

    /// Waits until nothing happens any more; all conditions tell the same, and so does the last failure.
    private static JsonNode stalled(String name, String reasonAndMessage) {
        JsonNode build = USER.waitForBuild(name, "Stalled", "True", LIMIT);
        conditions(build, "True", reasonAndMessage);
        JsonNode failure = build.at("/status/lastFailure");
        assertThat(failure.path("reason").asText() + ": "
                        + failure.path("message").asText())
                .isEqualTo(reasonAndMessage);
        assertThat(build.at("/status/buildNumber").asInt()).isEqualTo(1);
        assertThat(build.at("/status/image").isMissingNode()).isTrue();
        return failure;
    }

    private static void waiting(String name, String reasonAndMessage) {
        JsonNode build = USER.waitForBuild(name, "Reconciling", "True", LIMIT);
        conditions(build, "False", reasonAndMessage);
        assertThat(USER.list("job", "strata.dev/imagebuild=" + name)).isEmpty();
    }

    private static void conditions(JsonNode build, String stalled, String reasonAndMessage) {
        String reconciling = stalled.equals("True") ? "False" : "True";
        assertThat(List.of("Ready", "Reconciling", "Stalled"))
                .extracting(type -> ClusterUser.conditionLine(build, type))
                .containsExactly(
                        "Ready=False " + reasonAndMessage,
                        "Reconciling=" + reconciling + " " + reasonAndMessage,
                        "Stalled=" + stalled + " " + reasonAndMessage);
    }

    private static void showsNoCredentials(String name) throws IOException {
        assertThat(mountedSecretFiles(name)).contains(MOUNTED_SECRET);
        String config = new String(
                Base64.getDecoder()
                        .decode(USER.get("secret", "strata-push-registry")
                                .path("data")
                                .path(".dockerconfigjson")
                                .asText()),
                UTF_8);
        JsonNode login = new ObjectMapper().readTree(config).path("auths").path("registry.demo.svc.cluster.local:5000");
        JsonNode build = USER.get("imagebuild", name);
        String shown = build + USER.buildLog(build, 1);
        assertThat(login.path("password").asText()).isNotEmpty();
        assertThat(login.path("auth").asText()).isNotEmpty();
        assertThat(shown)
                .doesNotContain(login.path("password").asText())
                .doesNotContain(login.path("auth").asText())
                .doesNotContain("auths");
    }

    /// The paths at which the builder's container had files of Secrets.
    private static List<String> mountedSecretFiles(String build) {
        JsonNode pod = USER.list("pod", "strata.dev/imagebuild=" + build).getFirst();
        var files = new ArrayList<String>();
        for (JsonNode mount : pod.at("/spec/containers/0/volumeMounts")) {
            for (JsonNode volume : pod.at("/spec/volumes")) {
                if (volume.path("name").equals(mount.path("name"))) {
                    volume.at("/secret/items")
                            .forEach(item -> files.add(mount.path("mountPath").asText() + "/"
                                    + item.path("path").asText()));
                }
            }
        }
        return files;
    }
}
