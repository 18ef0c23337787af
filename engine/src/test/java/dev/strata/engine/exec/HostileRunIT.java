/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A program that tries to get out of its RUN, as it is and with single bars taken away: a refusal
/// counts only if the same attempt succeeds without the bar. Runs as root of this machine, without a
/// user namespace: the weakest mode there is (`strata build`).
class HostileRunIT {
    private static final String REFUSED = "Operation not permitted";

    private static final String READ_ONLY = "Read-only file system";
    private static final Path SYSRQ = Path.of("/proc/sysrq-trigger");

    /// Attempts that the seccomp filter refuses.
    private static final List<String> FILTERED = List.of(
            "mount",
            "remount of /sys",
            "umount of /sys",
            "fsopen",
            "open_tree",
            "unshare user",
            "unshare mount",
            "unshare pid",
            "unshare net",
            "unshare ipc",
            "unshare uts",
            "unshare cgroup",
            "clone user",
            "clone mount",
            "setns",
            "keyctl",
            "add_key",
            "bpf",
            "perf_event_open",
            "userfaultfd",
            "io_uring_setup");
    private static final List<String> DEVICES = List.of("mknod of a character device", "mknod of a block device");
    private static final String NO_FILTER = "del(.linux.seccomp)";
    private static final String MORE_CAPABILITIES =
            "(.process.capabilities[]) += [\"CAP_SYS_ADMIN\", \"CAP_MKNOD\", \"CAP_BPF\", \"CAP_PERFMON\", \"CAP_SYS_PTRACE\"]";

    @TempDir
    Path directory;

    private Sandbox sandbox;

    @BeforeEach
    void makeSandbox() throws IOException, InterruptedException {
        sandbox = new Sandbox(directory);
        sandbox.compile(Path.of("src/test/c/probe.c"), "bin/probe");
    }

    private Map<String, String> probe(Executor executor) throws IOException, InterruptedException {
        var spec =
                new ProcessSpec(sandbox.rootfs(), List.of("/bin/probe"), List.of("PATH=/bin"), 0, 0, List.of(0), "/");
        var lines = new ArrayList<String>();
        assertThat(executor.run(spec, lines::add).exitCode())
                .as(lines.toString())
                .isZero();
        var answers = new LinkedHashMap<String, String>();
        for (String line : lines) {
            String[] parts = line.split(": ", 2);
            answers.put(parts[0], parts[1]);
        }
        return answers;
    }

    private static Map<String, String> all(List<String> attempts, String answer) {
        var answers = new LinkedHashMap<String, String>();
        attempts.forEach(attempt -> answers.put(attempt, answer));
        return answers;
    }

    @Test
    void everyAttemptIsRefused() throws Exception {
        var expected = all(FILTERED, REFUSED);
        expected.putAll(all(DEVICES, REFUSED));
        // Not there, so that the C library falls back to clone, whose flags a filter can see.
        expected.put("clone3 user", "Function not implemented");
        // Some kernels have none.
        expected.put("/proc/sysrq-trigger", Files.exists(SYSRQ) ? READ_ONLY : "No such file or directory");
        expected.put("/proc/sys", READ_ONLY);
        expected.put("/proc/interrupts", "No data available");
        expected.put("ptrace of another process", "No such process");
        // Only what the RUN was given, and nothing of the engine.
        expected.put("/proc/1/environ", "PATH=/bin");
        expected.put("/proc/1/root", "the RUN's own");
        expected.put("chroot", "only to the RUN's own root");

        assertThat(probe(sandbox.executor())).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void theFilterRefusesWhateverCapabilitiesTheProcessHas() throws Exception {
        assertThat(probe(sandbox.executor(MORE_CAPABILITIES)))
                .containsAllEntriesOf(all(FILTERED, REFUSED))
                .containsAllEntriesOf(all(DEVICES, "ok"));
    }

    @Test
    void theSameAttemptsSucceedWithoutFilterAndWithCapabilities() throws Exception {
        assertThat(probe(sandbox.executor(NO_FILTER + " | " + MORE_CAPABILITIES)))
                .containsAllEntriesOf(all(FILTERED, "ok"))
                .containsAllEntriesOf(all(DEVICES, "ok"))
                .containsEntry("clone3 user", "ok");
    }

    @Test
    void pathsOfTheMachineCanBeWrittenWithoutTheirMasks() throws Exception {
        assertThat(probe(sandbox.executor("del(.linux.readonlyPaths, .linux.maskedPaths)")))
                .containsEntry("/proc/sys", "ok")
                .containsEntry("/proc/interrupts", "ok");
    }
}
