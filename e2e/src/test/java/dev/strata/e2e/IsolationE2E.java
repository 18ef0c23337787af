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
import org.junit.jupiter.api.Test;

/// Where builds run and where they refuse to, and what a hostile RUN finds.
final class IsolationE2E {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String IMAGE = "registry.demo.svc.cluster.local:5000/e2e/isolation:1";

    private final ClusterUser user = ClusterUser.in("demo");

    @Test
    void buildsRunInUserNamespacesUnderTheLevelBaseline() {
        JsonNode labels = user.get("namespace", "demo").at("/metadata/labels");
        assertThat(labels.path("pod-security.kubernetes.io/enforce").asText()).isEqualTo("baseline");
        assertThat(labels.path("pod-security.kubernetes.io/enforce-version").asText())
                .isEqualTo("latest");
        assertThat(user.get("imagebuild", "debian-vim")
                        .at("/status/isolationMode")
                        .asText())
                .isEqualTo("NestedUserNamespace");

        JsonNode spec =
                user.list("pod", "strata.dev/imagebuild=debian-vim").getFirst().path("spec");
        assertThat(spec.path("hostUsers").isBoolean()).isTrue();
        assertThat(spec.path("hostUsers").asBoolean()).isFalse();
        assertThat(spec.path("hostNetwork").asBoolean()).isFalse();
        assertThat(spec.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(spec.path("containers")).hasSize(1);
        assertThat(spec.at("/containers/0/securityContext")).hasToString("""
                        {"procMount":"Unmasked","seccompProfile":{"localhostProfile":"strata/builder.json","type":"Localhost"}}\
                        """);
    }

    @Test
    void restrictedNamespaceGetsNoJobAndNoPod() {
        ClusterUser restricted = ClusterUser.withNamespace("e2e-restricted", "restricted");
        restricted
                .apply(BuildManifest.named("refused")
                        .file("a.txt", "a")
                        .image(IMAGE)
                        .dockerfile("FROM scratch\nCOPY a.txt /\n")
                        .json())
                .orFail();

        JsonNode build = restricted.waitForBuild("refused", "Stalled", "True", LIMIT);

        String why =
                "IsolationUnavailable: namespace e2e-restricted enforces Pod Security restricted of version latest,"
                        + " mode NestedUserNamespace needs baseline of version 1.35 or later. Try: kubectl label namespace"
                        + " e2e-restricted --overwrite pod-security.kubernetes.io/enforce=baseline"
                        + " pod-security.kubernetes.io/enforce-version=latest";
        assertThat(List.of("Ready", "Reconciling", "Stalled"))
                .extracting(type -> ClusterUser.conditionLine(build, type))
                .containsExactly("Ready=False " + why, "Reconciling=False " + why, "Stalled=True " + why);
        assertThat(restricted.run("get", "jobs,pods", "-o", "name").orFail()).isEmpty();
        restricted.run("delete", "namespace", "e2e-restricted", "--wait=false").orFail();
    }

    /// Without a RUN, which this mode cannot do yet. Also: a shared Registry takes another namespace's builds.
    @Test
    void modeUserNamespaceBuildsWithoutARunAndPushesToASharedRegistry() {
        user.run(
                        "patch",
                        "registries.strata.dev",
                        "registry",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"access\":{\"push\":{\"namespaceSelector\":{\"matchLabels\":"
                                + "{\"kubernetes.io/metadata.name\":\"e2e-user-namespace\"}}}}}}")
                .orFail();
        ClusterUser privileged = ClusterUser.withNamespace("e2e-user-namespace", "privileged");
        privileged
                .apply(BuildManifest.named("user-namespace")
                        .file("a.txt", "a")
                        .into("e2e/user-namespace")
                        .with("/output/registryRef/namespace", "demo")
                        .with("/isolation/mode", "UserNamespace")
                        .with("/cache/type", "None")
                        .dockerfile("""
                                FROM registry.demo.svc.cluster.local:5000/base/busybox:1
                                COPY a.txt /
                                """)
                        .json())
                .orFail();

        JsonNode build = privileged.waitForBuild("user-namespace", "Ready", "True", LIMIT);

        assertThat(build.at("/status/isolationMode").asText()).isEqualTo("UserNamespace");
        JsonNode spec = privileged
                .list("pod", "strata.dev/imagebuild=user-namespace")
                .getFirst()
                .path("spec");
        assertThat(spec.path("hostUsers").isBoolean()).isTrue();
        assertThat(spec.path("hostUsers").asBoolean()).isFalse();
        assertThat(spec.at("/containers/0/securityContext/capabilities/add")).hasToString("[\"SYS_ADMIN\"]");
        assertThat(user.runPod(
                        "e2e-user-namespace",
                        build.at("/status/image/reference").asText(),
                        "strata-pull-registry",
                        "cat",
                        "/a.txt"))
                .isEqualTo("a");
        privileged
                .run("delete", "namespace", "e2e-user-namespace", "--wait=false")
                .orFail();
    }

    @Test
    void builderWithoutAUserNamespaceRefusesAndRunsNothing() {
        ClusterUser open = ClusterUser.withNamespace("e2e-open", "privileged");
        open.apply(builder("RuntimeDefault", "")).orFail();

        JsonNode pod = open.waitFor(
                "pod",
                "builder",
                LIMIT,
                "ended",
                found -> found.at("/status/phase").asText().equals("Failed"));

        JsonNode end = pod.at("/status/containerStatuses/0/state/terminated");
        assertThat(end.path("exitCode").asInt()).isEqualTo(71);
        assertThat(end.path("message").asText()).contains("\"reason\":\"IsolationUnavailable\"");
        assertThat(open.run("logs", "builder").orFail())
                .isEqualTo(
                        "IsolationUnavailable: /proc/self/uid_map maps an id to the host's id 0, so this process has no"
                                + " user namespace of its own. Check that the pod has hostUsers: false and that the node supports"
                                + " user namespaces.\n");
        open.run("delete", "namespace", "e2e-open", "--wait=false").orFail();
    }

    @Test
    void seccompProfileOfBuildersIsRefusedWithoutAUserNamespace() {
        assertThat(user.apply(builder("Localhost", ", localhostProfile: strata/builder.json"))
                        .error())
                .contains("a pod that names a seccomp profile of Strata (strata/...) needs spec.hostUsers: false");
    }

    @Test
    void hostileRunFindsNothingOfTheBuilder() {
        user.applyAnew(BuildManifest.named("e2e-hostile")
                .with("/cache/type", "None")
                .dockerfile("""
                        FROM registry.demo.svc.cluster.local:5000/base/busybox:1
                        COPY probe.sh /
                        COPY decoy /decoy
                        RUN sh /probe.sh
                        """)
                // What the probe must find, or it would find nothing else either.
                .file("decoy/config.json", "{\"auths\": {}}")
                .file("probe.sh", """
                        env | sort | sed 's/^/ENV /'
                        for p in /proc/[0-9]*; do echo "PROCESS $(tr '\\000' ' ' < $p/cmdline)"; done
                        ls /strata /dev/termination-log /var/run/secrets /run/secrets /opt
                        for f in /proc/1/fd/*; do echo "OPEN $(readlink $f | sed 's/[0-9]*//g')"; done
                        echo "ROOT $(readlink /proc/1/root)"
                        find / -xdev \\( -name config.json -o -name request.json \\) | sed 's/^/FOUND /'
                        grep -rl auths /etc /root /tmp /run /decoy /proc/1/environ 2> /dev/null | sed 's/^/CREDENTIALS /'
                        """));

        JsonNode build = user.waitForBuild("e2e-hostile", "Ready", "True", LIMIT);

        String log = user.buildLog(build, 1);
        assertThat(output(log, "ENV "))
                .contains("HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                .allMatch(line -> line.matches("(HOME|PATH|PWD|SHLVL|OLDPWD)=.*"));
        assertThat(output(log, "PROCESS "))
                .contains("sh /probe.sh ")
                .allMatch(line -> line.matches("(/bin/sh -c )?sh /probe.sh |tr .*|"));
        assertThat(log)
                .contains("ls: /strata: No such file or directory")
                .contains("ls: /dev/termination-log: No such file or directory")
                .contains("ls: /var/run/secrets: No such file or directory")
                .contains("ls: /run/secrets: No such file or directory")
                .contains("ls: /opt: No such file or directory");
        assertThat(output(log, "OPEN ")).containsOnly("/dev/null", "pipe:[]", "/probe.sh");
        assertThat(output(log, "ROOT ")).containsExactly("/");
        assertThat(output(log, "FOUND ")).containsExactly("/decoy/config.json");
        assertThat(output(log, "CREDENTIALS ")).containsExactly("/decoy/config.json");
    }

    @Test
    void hostileRunCannotMountUnshareOrMakeDevices() {
        user.applyAnew(BuildManifest.named("e2e-hostile-calls")
                .file("a.txt", "a")
                .with("/cache/type", "None")
                .dockerfile("""
                        FROM registry.demo.svc.cluster.local:5000/base/debian:bookworm
                        COPY probe.sh /
                        RUN sh /probe.sh
                        """)
                .file("probe.sh", """
                        try() { name=$1; shift; if "$@" > /dev/null 2> /tmp/why; then echo "GOT $name"; else echo "REFUSED $name: $(head -1 /tmp/why)"; fi; }
                        try tmpfs mount -n -t tmpfs none /mnt
                        try bind mount -n --bind /usr /mnt
                        try proc mount -n -t proc none /mnt
                        try remount mount -n -o remount,rw /proc/sys
                        try unmount umount /proc/sys
                        try user-namespace unshare --user true
                        try mount-namespace unshare --mount true
                        try pid-namespace unshare --pid true
                        try enter nsenter --target 1 --mount true
                        try block-device mknod /tmp/block b 8 0
                        try char-device mknod /tmp/char c 1 1
                        try sysctl sh -c 'echo /x > /proc/sys/kernel/core_pattern'
                        try host-name hostname other
                        try kernel-log dmesg
                        """));

        JsonNode build = user.waitForBuild("e2e-hostile-calls", "Ready", "True", LIMIT);

        String log = user.buildLog(build, 1);
        assertThat(output(log, "GOT ")).isEmpty();
        assertThat(output(log, "REFUSED "))
                .containsExactly(
                        "tmpfs: mount: /mnt: permission denied.",
                        "bind: mount: /mnt: permission denied.",
                        "proc: mount: /mnt: permission denied.",
                        "remount: mount: /proc/sys: permission denied.",
                        "unmount: umount: /proc/sys: must be superuser to unmount.",
                        "user-namespace: unshare: unshare failed: Operation not permitted",
                        "mount-namespace: unshare: unshare failed: Operation not permitted",
                        "pid-namespace: unshare: unshare failed: Operation not permitted",
                        "enter: nsenter: reassociate to namespace 'ns/mnt' failed: Operation not permitted",
                        "block-device: mknod: /tmp/block: Operation not permitted",
                        "char-device: mknod: /tmp/char: Operation not permitted",
                        "sysctl: sh: 1: cannot create /proc/sys/kernel/core_pattern: Read-only file system",
                        "host-name: hostname: you must be root to change the host name",
                        "kernel-log: dmesg: read kernel buffer failed: Operation not permitted");
    }

    private static String builder(String seccomp, String profile) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: builder}
                spec:
                  restartPolicy: Never
                  containers:
                  - name: build
                    image: local/strata-builder:1
                    imagePullPolicy: IfNotPresent
                    command: [/usr/bin/strata-launcher, nest, --, /bin/echo, this ran]
                    securityContext: {seccompProfile: {type: %s%s}}
                """.formatted(seccomp, profile);
    }

    /// What the lines of a RUN's output have behind `mark`.
    private static List<String> output(String log, String mark) {
        return log.lines()
                .filter(line -> line.matches("#[0-9]+ [0-9.]+ " + mark + ".*"))
                .map(line -> line.substring(line.indexOf(mark) + mark.length()))
                .toList();
    }
}
