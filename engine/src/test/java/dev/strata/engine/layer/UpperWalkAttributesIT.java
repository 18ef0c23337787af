/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.linux.UserNamespace;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Extended attributes of upper directories, capabilities among them. Needs root and overlayfs.
class UpperWalkAttributesIT {
    /// `struct vfs_cap_data` with CAP_NET_RAW, effective.
    private static final String VERSION_2 = "0100000200200000000000000000000000000000";

    @TempDir
    Path temporary;

    private Overlay overlay;

    @BeforeEach
    void unpackABase() throws IOException {
        overlay = new Overlay(temporary);
    }

    @Test
    void onlyAttributesOfAnImageAreKept() throws Exception {
        overlay.run("echo c > cap; rm -r d; mkdir d");
        byte[] version2 = HexFormat.of().parseHex(VERSION_2);
        try (RootDirectory root = RootDirectory.open(overlay.upper())) {
            root.setXattr("cap", "security.capability", version2);
            root.setXattr("cap", "trusted.secret", new byte[] {1});
            root.setXattr("cap", "user.mine", new byte[] {2});
            assertThat(root.xattrs("d")).containsKey("user.overlay.opaque");
        }
        TreeIndex index = overlay.walk().index();

        assertThat(index.entry("d")).extracting(Entry::xattrs).isEqualTo(Map.of());
        assertThat(index.entry("cap"))
                .extracting(Entry::xattrs)
                .isEqualTo(Map.of(
                        "security.capability", Base64.getEncoder().encodeToString(version2), "user.mine", "Ag=="));
    }

    @Test
    void capabilitiesOfTheNamespacesRootAreWrittenAsVersion2() throws Exception {
        Files.writeString(overlay.upper().resolve("cap"), "c");
        try (RootDirectory root = RootDirectory.open(overlay.upper())) {
            root.setXattr(
                    "cap",
                    "security.capability",
                    HexFormat.of().parseHex(VERSION_2.replaceFirst("02", "03") + "00000000"));
        }

        assertThat(overlay.walk().index().entry("cap"))
                .extracting(Entry::xattrs)
                .isEqualTo(Map.of(
                        "security.capability",
                        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(VERSION_2))));
    }

    @Test
    void capabilitiesOfAnotherNamespacesRootAreRefused() throws Exception {
        for (Path directory : List.of(temporary, overlay.upper())) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path file = Files.writeString(overlay.upper().resolve("cap"), "c");
        String set =
                "import os; os.setxattr('%s', 'security.capability', bytes.fromhex('%s'))".formatted(file, VERSION_2);
        try (var namespace = new UserNamespace("0 100000 65536\n", "0 100000 65536\n");
                RootDirectory root = RootDirectory.open(overlay.upper())) {
            root.chown("cap", 100_000, 100_000);
            assertThat(namespace.run("python3", "-c", set)).containsExactly("exit 0");
            // The kernel has added the id of that root: 100000, little-endian.
            assertThat(root.xattrs("cap").get("security.capability"))
                    .isEqualTo(HexFormat.of().parseHex(VERSION_2.replaceFirst("02", "03") + "a0860100"));
        }

        assertThatThrownBy(() -> overlay.walk())
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().what()).isEqualTo("the capabilities of /cap cannot be kept"));
    }
}
