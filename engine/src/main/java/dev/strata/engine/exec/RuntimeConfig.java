/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/// The `config.json` of one RUN. OCI runtime-spec, config.md and config-linux.md; defaults are docker's
/// (moby, oci/defaults.go), without MKNOD: no device cgroup stands before a node of the machine's disk, and
/// in a builder pod the capability is worth nothing.
final class RuntimeConfig {
    static final String HOSTNAME = "strata";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> CAPABILITIES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_NET_RAW",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETFCAP",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_CHROOT",
            "CAP_KILL",
            "CAP_AUDIT_WRITE");
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware",
            // File systems that a machine mounts below /sys.
            "/sys/fs/bpf",
            "/sys/fs/fuse/connections",
            "/sys/fs/pstore",
            "/sys/fs/selinux",
            "/sys/kernel/config",
            "/sys/kernel/debug",
            "/sys/kernel/security",
            "/sys/kernel/tracing");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private RuntimeConfig() {}

    /// @param bundle holds the files `hosts` and `resolv.conf` that are mounted over the image's own
    static byte[] bytes(ProcessSpec spec, Path bundle) throws IOException {
        ObjectNode doc = JSON.createObjectNode();
        doc.put("ociVersion", "1.0.2");
        doc.put("hostname", HOSTNAME);
        doc.putObject("root").put("path", spec.rootfs().toString()).put("readonly", false);
        process(doc.putObject("process"), spec);
        mounts(doc.putArray("mounts"), bundle);
        ObjectNode linux = doc.putObject("linux");
        ArrayNode namespaces = linux.putArray("namespaces");
        for (String type : List.of("pid", "mount", "ipc", "uts")) {
            namespaces.addObject().put("type", type);
        }
        linux.set("maskedPaths", JSON.valueToTree(MASKED));
        linux.set("readonlyPaths", JSON.valueToTree(READ_ONLY));
        linux.set("seccomp", seccomp());
        return JSON.writeValueAsBytes(doc);
    }

    private static void process(ObjectNode process, ProcessSpec spec) {
        process.put("terminal", false);
        ObjectNode user = process.putObject("user");
        user.put("uid", Integer.toUnsignedLong(spec.uid()));
        user.put("gid", Integer.toUnsignedLong(spec.gid()));
        user.set("additionalGids", JSON.valueToTree(spec.additionalGids()));
        process.put("cwd", spec.workingDir());
        process.set("args", JSON.valueToTree(spec.argv()));
        process.set("env", JSON.valueToTree(spec.env()));
        // setuid programs work in a RUN, as they do under docker.
        process.put("noNewPrivileges", false);
        ObjectNode capabilities = process.putObject("capabilities");
        for (String set : List.of("bounding", "effective", "permitted")) {
            capabilities.set(set, JSON.valueToTree(CAPABILITIES));
        }
    }

    private static void mounts(ArrayNode mounts, Path bundle) {
        mount(mounts, "/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        mount(mounts, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        mount(
                mounts,
                "/dev/pts",
                "devpts",
                "devpts",
                "nosuid",
                "noexec",
                "newinstance",
                "ptmxmode=0666",
                "mode=0620",
                "gid=5");
        mount(mounts, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        mount(mounts, "/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        // A new sysfs needs a network namespace of one's own, so it is this process's, with all that is
        // mounted below it: `ro` alone would leave the cgroup trees writable. A RUN may read its limits there.
        mount(mounts, "/sys", "bind", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro", "rro");
        for (String name : List.of("resolv.conf", "hosts")) {
            mount(mounts, "/etc/" + name, "bind", bundle.resolve(name).toString(), "bind", "ro");
        }
    }

    private static void mount(ArrayNode mounts, String at, String type, String source, String... options) {
        ObjectNode mount = mounts.addObject();
        mount.put("destination", at).put("type", type).put("source", source);
        mount.set("options", JSON.valueToTree(options));
    }

    private static JsonNode seccomp() throws IOException {
        try (InputStream in = RuntimeConfig.class.getResourceAsStream("run-seccomp.json")) {
            if (in == null) {
                throw new IOException("the resource run-seccomp.json is missing");
            }
            return JSON.readTree(in);
        }
    }
}
