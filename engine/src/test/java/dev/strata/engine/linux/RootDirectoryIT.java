/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Needs root, and a file system with `user.` attributes.
class RootDirectoryIT {
    @TempDir
    Path temporary;

    private Path inside;
    private RootDirectory root;

    @BeforeEach
    void open() throws IOException {
        inside = Files.createDirectory(temporary.resolve("inside"));
        Files.writeString(temporary.resolve("secret"), "secret");
        root = RootDirectory.open(inside);
    }

    @AfterEach
    void close() {
        root.close();
    }

    @Test
    void theStatusIsWhatTheJdkReads() throws IOException {
        Path file = Files.writeString(inside.resolve("f"), "hello");
        Files.setAttribute(file, "unix:uid", 70_000);
        Files.setAttribute(file, "unix:gid", 80_000);
        // Last: chown(2) takes the setuid bit away.
        Files.setAttribute(file, "unix:mode", 0104751);
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000, 123_456_789)));
        Files.createLink(inside.resolve("g"), file);
        FileStatus status = root.status("f").orElseThrow();
        Map<String, Object> jdk = Files.readAttributes(file, "unix:*");

        assertThat(status.kind()).isEqualTo(FileStatus.Kind.FILE);
        assertThat(status.mode()).isEqualTo(04751);
        assertThat(status.uid()).isEqualTo(70_000);
        assertThat(status.gid()).isEqualTo(80_000);
        assertThat(status.size()).isEqualTo(5);
        assertThat(status.mtime()).isEqualTo(Instant.ofEpochSecond(1_700_000_000, 123_456_789));
        assertThat(status.inode()).isEqualTo(jdk.get("ino"));
        assertThat(status.links()).isEqualTo(2);
        assertThat(root.status("g").orElseThrow()).isEqualTo(status);
    }

    @Test
    void deviceNodesAreMadeWithBothNumbersWhole() throws IOException {
        root.makeNode("n", FileStatus.Kind.BLOCK_DEVICE, 0xabc, 0xfedcb);
        FileStatus status = root.status("n").orElseThrow();

        assertThat(status.kind()).isEqualTo(FileStatus.Kind.BLOCK_DEVICE);
        assertThat(status.deviceMajor()).isEqualTo(0xabc);
        assertThat(status.deviceMinor()).isEqualTo(0xfedcb);
    }

    @Test
    void linksAndDotsStopAtTheRoot() throws IOException {
        Files.createSymbolicLink(inside.resolve("abs"), temporary.resolve("secret"));
        Files.createSymbolicLink(inside.resolve("rel"), Path.of("../secret"));
        Files.createSymbolicLink(inside.resolve("self"), Path.of("/proc/self/root"));

        for (String path : new String[] {"abs", "rel", "../secret", "self/" + temporary + "/secret"}) {
            assertThat(root.isFile(path)).as(path).isFalse();
            assertThatThrownBy(() -> root.read(path))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                    .hasMessage("open " + path + ": no such file or directory");
        }
        Files.delete(inside.resolve("self"));
        Files.writeString(inside.resolve("secret"), "mine");
        try (InputStream in = root.read("rel")) {
            assertThat(in.readAllBytes()).asString().isEqualTo("mine");
        }
    }

    @Test
    void namesComeInByteOrderWhateverTheyAre() throws IOException {
        for (int i = 0; i < 2000; i++) {
            root.makeFile("a" + i).close();
        }
        for (String name : new String[] {"é", "z", "Z", "\uFFFD", "😀", ".hidden", "a b"}) {
            root.makeFile(name).close();
        }

        assertThat(root.list(""))
                .hasSize(2007)
                .startsWith(".hidden", "Z", "a b", "a0", "a1", "a10")
                .endsWith("z", "é", "\uFFFD", "😀");
    }

    @Test
    void aNameThatIsNotUtf8IsRefused() throws Exception {
        String script = "touch \"$(printf 'bad\\377')\"";
        assertThat(new ProcessBuilder("sh", "-c", script)
                        .directory(inside.toFile())
                        .start()
                        .waitFor())
                .isZero();

        assertThatThrownBy(() -> root.list(""))
                .isExactlyInstanceOf(NotUtf8Exception.class)
                .hasMessageContaining(inside + " is not UTF-8: 626164ff");
    }

    @Test
    void attributesAreOfTheLinkItselfAndNeverOfItsTarget() throws IOException {
        root.makeFile("f").close();
        root.makeSymlink("l", "f");
        root.setXattr("f", "user.k", new byte[] {0, 1});
        root.setXattr("f", "user.empty", new byte[0]);

        assertThat(root.xattrs("f")).containsOnlyKeys("user.k", "user.empty").containsEntry("user.k", new byte[] {0, 1
        });
        assertThat(root.xattrs("l")).isEmpty();
        root.removeXattr("f", "user.k");
        assertThat(root.xattrs("f")).containsOnlyKeys("user.empty");
    }

    @Test
    void aTreeIsRemovedWithoutFollowingLinks() throws IOException {
        Files.createDirectories(inside.resolve("t/a/b"));
        Files.createSymbolicLink(inside.resolve("t/out"), temporary);
        Files.createSymbolicLink(inside.resolve("t/a/up"), Path.of("../.."));
        root.removeTree("t");
        root.removeTree("t");

        assertThat(inside).isEmptyDirectory();
        assertThat(Files.readString(temporary.resolve("secret"), UTF_8)).isEqualTo("secret");
    }

    @Test
    void aTreeIsRemovedWhateverItsNamesAndHoweverDeep() throws Exception {
        String script = "mkdir t && cd t && touch \"$(printf '\\377')\" && mkdir \"$(printf 'd\\376')\" && "
                + "for i in $(seq 30); do mkdir " + "n".repeat(200) + " && cd -P " + "n".repeat(200)
                + " && touch f g || exit 1; done";
        Process process = new ProcessBuilder("bash", "-c", script)
                .directory(inside.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();

        root.removeTree("t");

        assertThat(inside).isEmptyDirectory();
    }
}
