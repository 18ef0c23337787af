/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.image.Image;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Base images whose layers name files without the directories above them, as some builders write them.
class ImpliedDirectoriesIT {
    @TempDir
    Path directory;

    private Builds builds;

    @BeforeEach
    void makeTheBase() throws IOException, InterruptedException {
        builds = new Builds(directory);
        builds.busybox();
        var first = new Packer();
        first.add("tmp/", TarConstants.LF_DIR, 01777, 0, "");
        first.add("root/", TarConstants.LF_DIR, 0700, 7, "");
        first.add("usr/", TarConstants.LF_DIR, 0755, 0, "");
        first.add("usr/lib/", TarConstants.LF_DIR, 0751, 0, "");
        first.add("usr/lib/old", TarConstants.LF_NORMAL, 0644, 0, "");
        first.add("lib", TarConstants.LF_SYMLINK, 0777, 0, "usr/lib");
        var second = new Packer();
        second.add("tmp/x", TarConstants.LF_NORMAL, 0644, 0, "");
        second.add("root/y", TarConstants.LF_NORMAL, 0644, 0, "");
        second.add("lib/z", TarConstants.LF_NORMAL, 0644, 0, "");
        second.add("lib/.wh.old", TarConstants.LF_NORMAL, 0644, 0, "");
        builds.image("implied", "busybox", first.bytes(), second.bytes());
    }

    @AfterEach
    void close() {
        builds.close();
    }

    private static final class Packer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);

        void add(String name, byte type, int mode, int uid, String link) throws IOException {
            var entry = new TarArchiveEntry(name, type);
            entry.setMode(mode);
            entry.setIds(uid, uid);
            entry.setLinkName(link);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }

        byte[] bytes() throws IOException {
            tar.finish();
            return bytes.toByteArray();
        }
    }

    @Test
    void aRunSeesTheDirectoriesOfTheLayersBelow() throws Exception {
        builds.build("FROM implied\nRUN stat -c '%a %u %n' /tmp /root /usr/lib && ls /tmp /root /lib/ && ls -l /lib\n");

        assertThat(builds.output().subList(0, 3)).containsExactly("1777 0 /tmp", "700 7 /root", "751 0 /usr/lib");
        assertThat(String.join("\n", builds.output().subList(3, 11))).isEqualTo("/lib/:\nz\n\n/root:\ny\n\n/tmp:\nx");
        assertThat(builds.output().getLast()).endsWith("/lib -> usr/lib");
    }

    @Test
    void whatARunAndACopyWriteHasTheirMetadata() throws Exception {
        builds.file("app.so", "so");
        Image image = builds.build("FROM implied\nRUN touch /tmp/new /root/new /lib/new\nCOPY app.so /lib/\n");
        int run = image.manifest().layers().size() - 2;

        assertThat(builds.listing(image, run))
                .containsExactly(
                        "drwx------ 7/7 root/",
                        "-rw-r--r-- 0/0 root/new",
                        "drwxrwxrwt 0/0 tmp/",
                        "-rw-r--r-- 0/0 tmp/new",
                        "drwxr-xr-x 0/0 usr/",
                        "drwxr-x--x 0/0 usr/lib/",
                        "-rw-r--r-- 0/0 usr/lib/new");
        assertThat(builds.listing(image, run + 1))
                .containsExactly("drwxr-xr-x 0/0 usr/", "drwxr-x--x 0/0 usr/lib/", "-rw-r--r-- 0/0 usr/lib/app.so");
    }

    @Test
    void itsFilesAreCopiedFromWhereTheyLie() throws Exception {
        Image image = builds.build("FROM scratch\nCOPY --from=implied /usr/lib /tmp /x/\n");

        assertThat(builds.listing(image, 0))
                .containsExactly("drwxr-xr-x 0/0 x/", "-rw-r--r-- 0/0 x/x", "-rw-r--r-- 0/0 x/z");
    }
}
