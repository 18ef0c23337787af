/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import dev.strata.e2e.actors.BuildManifest;
import dev.strata.e2e.actors.ClusterUser;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a RUN can do in each isolation mode, and what a hostile one finds. Mode UserNamespace has a
/// namespace of its own, whose builds go into the Registry that demo shares with it.
final class IsolationOfRunsE2E {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String NAMESPACE = "e2e-user-namespace";
    private static final String HIDDEN = "/strata /dev/termination-log /var/run/secrets /run/secrets /opt";
    private static final String BUSYBOX = "FROM registry.demo.svc.cluster.local:5000/base/busybox:1\n";
    private static final String DEBIAN = "FROM registry.demo.svc.cluster.local:5000/base/debian:bookworm\n";

    private static final ClusterUser demo = ClusterUser.in("demo");

    enum Mode {
        NESTED("demo", "NestedUserNamespace", ""),
        DIRECT(NAMESPACE, "UserNamespace", "[\"SYS_ADMIN\"]");

        private final String namespace;
        private final String spelled;
        private final String added;

        Mode(String namespace, String spelled, String added) {
            this.namespace = namespace;
            this.spelled = spelled;
            this.added = added;
        }

        private ClusterUser user() {
            return ClusterUser.in(namespace);
        }

        /// A build that took place in this mode, every step of it.
        private JsonNode build(BuildManifest manifest) {
            user().applyAnew(manifest.with("/output/registryRef/namespace", "demo")
                    .with("/isolation/mode", spelled)
                    .with("/cache/type", "None"));
            JsonNode build = user().waitForBuild(manifest.name(), "Ready", "True", LIMIT);
            assertThat(build.at("/status/isolationMode").asText()).isEqualTo(spelled);
            return build;
        }
    }

    @BeforeAll
    static void shareTheRegistry() {
        ClusterUser.withNamespace(NAMESPACE, "privileged");
        demo.run("patch", "registries.strata.dev", "registry", "--type=merge", "-p", """
                        {"spec": {"access": {"push": {"namespaceSelector":
                          {"matchLabels": {"kubernetes.io/metadata.name": "%s"}}}}}}
                        """.formatted(NAMESPACE))
                .orFail();
    }

    @AfterAll
    static void removeTheNamespace() {
        demo.run("patch", "registries.strata.dev", "registry", "--type=merge", "-p", "{\"spec\": {\"access\": null}}")
                .orFail();
        demo.run("delete", "namespace", NAMESPACE, "--wait=false").orFail();
    }

    @ParameterizedTest
    @EnumSource
    void aPodFindsWhatARunMade(Mode mode) {
        JsonNode build = mode.build(BuildManifest.named("e2e-run")
                .file("a.txt", "a")
                .into("e2e/" + mode.name().toLowerCase(Locale.ROOT))
                .dockerfile(BUSYBOX + """
                        COPY a.txt /
                        RUN chown 1234:65535 /a.txt && chmod 4750 /a.txt && mkdir -m 777 /out && id -u > /out/root
                        RUN mkdir -p /jail/bin && cp /bin/busybox /jail/bin && chroot /jail /bin/busybox ls / > /out/jail && rm -r /jail
                        USER 1234:65535
                        RUN id -u > /out/user
                        """));

        JsonNode pod = mode.user().list("pod", "strata.dev/imagebuild=e2e-run").getFirst();
        assertThat(pod.at("/spec/hostUsers")).isEqualTo(BooleanNode.FALSE);
        JsonNode security = pod.at("/spec/containers/0/securityContext");
        assertThat(security.at("/seccompProfile/localhostProfile").asText()).isEqualTo("strata/builder.json");
        assertThat(security.at("/capabilities/add").toString()).isEqualTo(mode.added);
        String image = build.at("/status/image/reference").asText();
        String look =
                "cat /a.txt; echo; cd /out; grep . *; stat -c '%n %u:%g %a' /a.txt user; ls -d /jail 2>&1 || true";
        assertThat(demo.runPod("e2e-run", image, "strata-pull-registry", "sh", "-c", look))
                .isEqualTo("""
                        a
                        jail:bin
                        root:0
                        user:1234
                        /a.txt 1234:65535 4750
                        user 1234:65535 644
                        ls: /jail: No such file or directory
                        """);
    }

    @ParameterizedTest
    @EnumSource
    void hostileRunFindsNothingOfTheBuilder(Mode mode) {
        JsonNode build = mode.build(BuildManifest.named("e2e-hostile")
                .dockerfile(BUSYBOX + """
                        COPY probe.sh /
                        COPY decoy /decoy
                        RUN sh /probe.sh
                        """)
                // What the probe must find, or it would find nothing else either.
                .file("decoy/config.json", "{\"auths\": {}}")
                .file("probe.sh", """
                        env | sort | sed 's/^/ENV /'
                        for p in /proc/[0-9]*; do echo "PROCESS $(tr '\\000' ' ' < $p/cmdline)"; done
                        ls %s
                        for f in /proc/1/fd/*; do echo "OPEN $(readlink $f | sed 's/[0-9]*//g')"; done
                        echo "ROOT $(readlink /proc/1/root)"
                        awk '{print "MOUNT " $5}' /proc/self/mountinfo
                        find / -xdev \\( -name config.json -o -name request.json \\) | sed 's/^/FOUND /'
                        grep -rl auths /etc /root /tmp /run /decoy /proc/1/environ 2> /dev/null | sed 's/^/CREDENTIALS /'
                        """.formatted(HIDDEN)));

        String log = mode.user().buildLog(build, 1);
        assertThat(output(log, "ENV "))
                .contains("HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                .allMatch(line -> line.matches("(HOME|PATH|PWD|SHLVL|OLDPWD)=.*"));
        assertThat(output(log, "PROCESS "))
                .contains("sh /probe.sh ")
                .allMatch(line -> line.matches("(/bin/sh -c )?sh /probe.sh |tr .*|"));
        assertThat(HIDDEN.split(" ")).allMatch(path -> log.contains("ls: " + path + ": No such file or directory"));
        assertThat(output(log, "OPEN ")).containsOnly("/dev/null", "pipe:[]", "/probe.sh");
        assertThat(output(log, "ROOT ")).containsExactly("/");
        assertThat(output(log, "MOUNT "))
                .containsOnlyOnce("/")
                .allMatch(at -> at.matches("/|/(proc|dev|sys)(/.*)?|/etc/(hosts|resolv.conf)"));
        assertThat(output(log, "FOUND ")).containsExactly("/decoy/config.json");
        assertThat(output(log, "CREDENTIALS ")).containsExactly("/decoy/config.json");
    }

    @ParameterizedTest
    @EnumSource
    void hostileRunCannotMountUnshareOrMakeDevices(Mode mode) {
        JsonNode build = mode.build(BuildManifest.named("e2e-hostile-calls")
                .dockerfile(DEBIAN + "COPY probe.sh /\nRUN sh /probe.sh\n")
                .file("probe.sh", """
                        try() { name=$1; shift; if "$@" > /dev/null 2> /tmp/why; then echo "GOT $name"; else echo "REFUSED $name: $(head -1 /tmp/why)"; fi; }
                        try tmpfs mount -n -t tmpfs none /mnt
                        try bind mount -n --bind /usr /mnt
                        try proc mount -n -t proc none /mnt
                        try move mount -n --move /proc /mnt
                        try remount mount -n -o remount,rw /proc/sys
                        try unmount umount /proc/sys
                        try root umount -l /
                        try pivot pivot_root /mnt /mnt
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

        String log = mode.user().buildLog(build, 1);
        assertThat(output(log, "GOT ")).isEmpty();
        assertThat(output(log, "REFUSED "))
                .containsExactly(
                        "tmpfs: mount: /mnt: permission denied.",
                        "bind: mount: /mnt: permission denied.",
                        "proc: mount: /mnt: permission denied.",
                        "move: mount: /mnt: permission denied.",
                        "remount: mount: /proc/sys: permission denied.",
                        "unmount: umount: /proc/sys: must be superuser to unmount.",
                        "root: umount: /: must be superuser to unmount.",
                        "pivot: pivot_root: failed to change root from `/mnt' to `/mnt': Operation not permitted",
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

    /// By chroot(2), descriptors and `/proc`, which no filter refuses. In a root that chroot(2) made, each
    /// but the first and those of `self` leads out.
    @ParameterizedTest
    @EnumSource
    void hostileRunDoesNotLeaveItsRoot(Mode mode) {
        JsonNode build = mode.build(BuildManifest.named("e2e-hostile-root")
                .dockerfile(DEBIAN + "COPY leave.pl /\nRUN perl /leave.pl\n")
                .file("leave.pl", """
                        sub id { join ':', (stat shift)[0, 1] }
                        my $root = id('/');
                        mkdir '/jail';
                        opendir my $descriptor, '/';
                        sub climb { chdir '..' for 1 .. 64; chroot '.' or die "chroot: $!\\n" }
                        sub try {
                          my ($name, $way) = @_;
                          defined(my $child = fork) or die;
                          if ($child) { wait; return }
                          eval { $way->(); climb(); 1 } or do { print "LEAVE $name: $@"; exit };
                          print "LEAVE $name: ", id('/') eq $root ? "the RUN's own root" : 'another root', "\\n";
                          exit;
                        }
                        $| = 1;
                        try 'dots', sub { };
                        try 'chroot', sub { chroot '/jail' or die "$!\\n" };
                        try 'descriptor', sub { chroot '/jail' or die "$!\\n"; chdir $descriptor or die "$!\\n" };
                        for my $link ('1/root', '1/cwd', 'self/root', 'self/cwd') {
                          try $link, sub { chdir "/proc/$link" or die "$!\\n" };
                        }
                        """));

        assertThat(output(mode.user().buildLog(build, 1), "LEAVE "))
                .containsExactly(
                        "dots: the RUN's own root",
                        "chroot: the RUN's own root",
                        "descriptor: the RUN's own root",
                        "1/root: the RUN's own root",
                        "1/cwd: the RUN's own root",
                        "self/root: the RUN's own root",
                        "self/cwd: the RUN's own root");
    }

    /// What the lines of a RUN's output have behind `mark`.
    private static List<String> output(String log, String mark) {
        return log.lines()
                .filter(line -> line.matches("#[0-9]+ [0-9.]+ " + mark + ".*"))
                .map(line -> line.split(mark, 2)[1])
                .toList();
    }
}
