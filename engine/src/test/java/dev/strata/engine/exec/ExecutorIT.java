/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.strata.engine.problem.StrataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real processes in real namespaces.
class ExecutorIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private Sandbox sandbox;

    @BeforeEach
    void makeSandbox() throws IOException, InterruptedException {
        sandbox = new Sandbox(directory);
    }

    @Test
    void outputAndExitCodeArrive() throws Exception {
        assertThat(sandbox.run("echo out; echo err >&2; exit 3")).containsExactly("out", "err", "exit 3");
    }

    @Test
    void aMissingProgramIsTold() throws Exception {
        assertThat(sandbox.run("no-such-program").getLast()).isEqualTo("exit 127");
    }

    @Test
    void aProcessSeesItselfOnlyAndHasNoInput() throws Exception {
        assertThat(sandbox.run("cat; for p in /proc/[0-9]*; do echo $p; done")).containsExactly("/proc/1", "exit 0");
    }

    @Test
    void nothingBelowSysCanBeWritten() throws Exception {
        String tries = """
                mkdir /writable
                for d in /writable $(find /sys -type d 2>/dev/null); do
                  mkdir $d/probe 2>/dev/null && echo "made $d/probe"
                done
                find /sys -type f 2>/dev/null | while read f; do
                  (: >> $f) 2>/dev/null && echo "opened $f"
                done
                grep -c ' /sys/fs/cgroup' /proc/mounts
                grep ' /sys' /proc/mounts | grep -v ' ro,'
                """;

        List<String> lines = sandbox.run(tries);

        assertThat(lines.getFirst()).isEqualTo("made /writable/probe");
        // So the trees of this machine were there to be tried.
        assertThat(Integer.parseInt(lines.get(1))).isPositive();
        assertThat(lines.subList(2, lines.size())).containsExactly("exit 1");
    }

    @Test
    void mountPointsThatWereMadeAreTold() throws Exception {
        ExecResult result = sandbox.executor().run(sandbox.shell("true"), line -> {});

        assertThat(result.mountPoints())
                .containsExactlyInAnyOrder("proc", "dev", "sys", "etc", "etc/hosts", "etc/resolv.conf");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../run/systemd/resolve/stub-resolv.conf", "/var/run/systemd/resolve/stub-resolv.conf"})
    void whatALinkThatLeadsNowhereMakesIsTold(String link) throws Exception {
        Path etc = Files.createDirectories(sandbox.rootfs().resolve("etc"));
        Files.createDirectories(sandbox.rootfs().resolve("run"));
        Files.createSymbolicLink(
                Files.createDirectories(sandbox.rootfs().resolve("var")).resolve("run"), Path.of("../run"));
        Files.createSymbolicLink(etc.resolve("resolv.conf"), Path.of(link));
        var lines = new ArrayList<String>();

        ExecResult result = sandbox.executor().run(sandbox.shell("cat /etc/resolv.conf"), lines::add);

        assertThat(result.exitCode()).as(lines.toString()).isZero();
        assertThat(lines).containsExactlyElementsOf(Files.readAllLines(Path.of("/etc/resolv.conf")));
        assertThat(sandbox.rootfs().resolve("run/systemd/resolve/stub-resolv.conf"))
                .exists();
        assertThat(result.mountPoints())
                .containsExactlyInAnyOrder(
                        "proc",
                        "dev",
                        "sys",
                        "etc/hosts",
                        "run/systemd",
                        "run/systemd/resolve",
                        "run/systemd/resolve/stub-resolv.conf");
    }

    @Test
    @Timeout(30)
    void whatTheReaderThrowsEndsTheProcessAndIsThrown() throws Exception {
        assertThatThrownBy(() -> sandbox.executor().run(sandbox.shell("echo first; sleep 54321"), line -> {
                    throw new IllegalStateException("cannot take " + line);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cannot take first");
        await().atMost(SOON).untilAsserted(() -> assertThat(processes("54321")).isEmpty());
    }

    @Test
    void aCommandThatCannotBeStartedIsNotOneThatFailed() throws Exception {
        var spec = new ProcessSpec(
                sandbox.rootfs(), List.of("/bin/no-such-program"), List.of("PATH=/bin"), 0, 0, List.of(0), "/");

        assertThatThrownBy(() -> sandbox.executor().run(spec, line -> {}))
                .isInstanceOfSatisfying(StrataException.class, e -> {
                    assertThat(e.problem().what()).isEqualTo("the command could not be started");
                    assertThat(e.problem().why())
                            .startsWith("executable file `/bin/no-such-program` not found")
                            .doesNotContain(" crun");
                });
        for (int code : new int[] {1, 126, 127}) {
            assertThat(sandbox.run("exit " + code)).containsExactly("exit " + code);
        }
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        sandbox.run("true");

        try (Stream<Path> left = Files.list(directory.resolve("run"))) {
            assertThat(left).isEmpty();
        }
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(directory.toString());
    }

    @Test
    void anInterruptEndsTheProcess() throws Exception {
        var started = new CountDownLatch(1);
        var thrown = new AtomicReference<Throwable>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                sandbox.executor().run(sandbox.shell("echo started; sleep 98765"), line -> started.countDown());
            } catch (IOException | InterruptedException e) {
                thrown.set(e);
            }
        });
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        thread.join(SOON.toMillis());

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        await().atMost(SOON).untilAsserted(() -> assertThat(processes("98765")).isEmpty());
    }

    @Test
    void aProcessEndsWithItsEngineAlsoAtKill9() throws Exception {
        Process engine = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SleepingEngine.class.getName(),
                        directory.resolve("other").toString())
                .redirectErrorStream(true)
                .start();
        try (var out = new BufferedReader(new InputStreamReader(engine.getInputStream(), UTF_8))) {
            assertThat(out.readLine()).isEqualTo("started");
            assertThat(processes("87654")).isNotEmpty();
            engine.destroyForcibly().waitFor();
        }

        await().atMost(SOON).untilAsserted(() -> assertThat(processes("87654")).isEmpty());
    }

    /// Command lines on this machine that end with the argument `marker`.
    private static List<String> processes(String marker) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .map(path -> commandLine(path.resolve("cmdline")))
                    .filter(line -> line.startsWith("sleep\0") && line.contains(marker))
                    .toList();
        }
    }

    private static String commandLine(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException ended) {
            return "";
        }
    }
}
