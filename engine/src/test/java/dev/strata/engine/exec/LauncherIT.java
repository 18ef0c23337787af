/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.linux.UserNamespace;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.ReportJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The launcher in real user namespaces. Needs root and gcc.
class LauncherIT {
    private static final String MAPPED = "0 100000 65536\n";

    @TempDir
    Path directory;

    private String launcher;

    @BeforeEach
    void compile() throws IOException, InterruptedException {
        // The namespace's ids are others on this machine.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        launcher = directory.resolve("strata-launcher").toString();
        Sandbox.command("bash", "src/main/c/build.sh", launcher);
    }

    private static String refusal(String file) {
        return "IsolationUnavailable: /proc/self/" + file
                + " maps an id to the host's id 0; check that the pod has hostUsers: false and that the node supports"
                + " user namespaces";
    }

    private List<String> run(String uids, String gids, String mode, String... command)
            throws IOException, InterruptedException {
        try (var namespace = new UserNamespace(uids, gids)) {
            String[] words = new String[command.length + 3];
            words[0] = launcher;
            words[1] = mode;
            words[2] = "--";
            System.arraycopy(command, 0, words, 3, command.length);
            return namespace.run(words);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nest", "direct"})
    void aMapThatLeadsToTheHostsRootIsRefusedAndNothingRuns(String mode) throws Exception {
        assertThat(run("0 0 65536\n", MAPPED, mode, "echo", "ran")).containsExactly(refusal("uid_map"), "exit 71");
        assertThat(run(MAPPED, "0 0 65536\n", mode, "echo", "ran")).containsExactly(refusal("gid_map"), "exit 71");
        assertThat(run("0 100000 10\n10 0 1\n", MAPPED, mode, "echo", "ran"))
                .containsExactly(refusal("uid_map"), "exit 71");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nest", "direct"})
    void onTheMachineItselfNothingRuns(String mode) throws Exception {
        Process process = new ProcessBuilder(launcher, mode, "--", "echo", "ran").start();

        assertThat(process.getInputStream().readAllBytes()).isEmpty();
        assertThat(process.waitFor()).isEqualTo(71);
    }

    @Test
    void aNodeThatRefusesToNestIsNoFaultOfTheBuild() throws Exception {
        try (var namespace = new UserNamespace(MAPPED, MAPPED)) {
            String script = "echo 0 > /proc/sys/user/max_user_namespaces && exec " + launcher + " nest -- echo ran";

            assertThat(namespace.run("sh", "-c", script))
                    .containsExactly(
                            "IsolationUnavailable: this node does not let the builder nest a user namespace: unshare of user"
                                    + " and mount namespaces: No space left on device; check there the sysctls"
                                    + " user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns, and that"
                                    + " the pod has the seccomp profile strata/builder.json",
                            "exit 71");
        }
    }

    @Test
    void theNestHasTheIdentityMapOfTheSameIds() throws Exception {
        List<String> maps = run(
                "0 100000 1000\n1000 300000 500\n",
                "0 200000 2000\n",
                "nest",
                "sh",
                "-c",
                "tr -s ' ' < /proc/self/uid_map; echo; tr -s ' ' < /proc/self/gid_map");

        assertThat(maps.stream().map(String::strip))
                .containsExactly("0 0 1000", "1000 1000 500", "", "0 0 2000", "exit 0");
    }

    @Test
    void directKeepsTheUserNamespaceAndHasMountsOfItsOwn() throws Exception {
        try (var namespace = new UserNamespace(MAPPED, MAPPED)) {
            String look = "readlink /proc/self/ns/user /proc/self/ns/mnt";
            List<String> before = namespace.run("sh", "-c", look);
            List<String> direct = namespace.run(launcher, "direct", "--", "sh", "-c", look);
            List<String> nested = namespace.run(launcher, "nest", "--", "sh", "-c", look);

            assertThat(direct.getFirst()).isEqualTo(before.getFirst()).isNotEqualTo(nested.getFirst());
            assertThat(List.of(before.get(1), direct.get(1), nested.get(1))).doesNotHaveDuplicates();
        }
    }

    @Test
    void theReportOfARefusalIsABuildReport() throws Exception {
        String log = Sandbox.command(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs none /dev; printf %5000d 0 > /dev/termination-log; " + launcher
                        + " nest -- echo ran > /dev/out 2>&1; [ $? = 71 ] && cat /dev/termination-log");

        BuildReport.Failure failure =
                ReportJson.report(log.getBytes(StandardCharsets.UTF_8)).failure();

        assertThat(failure).isNotNull().satisfies(told -> {
            assertThat(told.reason()).isEqualTo("IsolationUnavailable");
            assertThat(told.message())
                    .startsWith("/proc/self/uid_map maps an id to the host's id 0")
                    .contains("hostUsers: false");
        });
    }

    @Test
    void aRunEndsWithItsInput() throws Exception {
        Process process = new ProcessBuilder(launcher, "run", "--", "sh", "-c", "echo started; sleep 76543; echo on")
                .redirectErrorStream(true)
                .start();
        assertThat(process.getInputStream().readNBytes(8)).asString().isEqualTo("started\n");

        process.getOutputStream().close();

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(137);
        // The pipe is closed, so nobody is left that holds it.
        assertThat(process.getInputStream().readAllBytes()).isEmpty();
    }

    @Test
    void theMarkOfAnEarlierCheckCountsNoMore() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path marker = Files.createDirectories(root.resolve("strata/store")).resolve("ready");
        Files.writeString(marker, "ok\n");
        Files.copy(Path.of(launcher), root.resolve("launcher"), StandardCopyOption.COPY_ATTRIBUTES);
        assertThat(exit("chroot", root.toString(), "/launcher", "ready")).isZero();

        // There is no /proc, so this check fails.
        assertThat(exit("chroot", root.toString(), "/launcher", "check")).isEqualTo(70);

        assertThat(exit("chroot", root.toString(), "/launcher", "ready")).isEqualTo(1);
    }

    private static int exit(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
