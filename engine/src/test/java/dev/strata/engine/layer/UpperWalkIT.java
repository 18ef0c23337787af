/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.image.DiffId;
import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which paths of an upper directory come into its layer. Needs root and overlayfs.
class UpperWalkIT {
    @TempDir
    Path temporary;

    private Overlay overlay;

    @BeforeEach
    void unpackABase() throws IOException {
        overlay = new Overlay(temporary);
    }

    private static List<String> lines(TreeIndex index) {
        return index.entries().stream()
                .map(e -> e.kind() + " " + e.path() + (e.link() == null ? "" : " -> " + e.link()))
                .toList();
    }

    /// Everything that a file system tells of what is below `root`, but of whiteouts their paths alone.
    private static String shown(Path root) throws IOException, InterruptedException {
        String script = """
                import os, stat, sys
                os.chdir(sys.argv[1])
                for directory, directories, files in os.walk('.'):
                    for path in sorted(os.path.join(directory, name) for name in directories + files):
                        s = os.lstat(path)
                        if stat.S_ISCHR(s.st_mode) and s.st_rdev == 0:
                            print(path, 'whiteout')
                            continue
                        xattrs = [(x, os.getxattr(path, x, follow_symlinks=False))
                                  for x in sorted(os.listxattr(path, follow_symlinks=False))]
                        size = 0 if stat.S_ISDIR(s.st_mode) else s.st_size
                        links = 0 if stat.S_ISDIR(s.st_mode) else s.st_nlink
                        print(path, oct(s.st_mode), s.st_uid, s.st_gid, size, links, s.st_mtime_ns, xattrs)
                """;
        Process process = new ProcessBuilder("python3", "-c", script, root.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().sorted().collect(Collectors.joining("\n"));
    }

    @Test
    void onlyWhatChangedIsWrittenAndWhatIsDeletedIsMarked() throws Exception {
        overlay.run("echo new > d/new; rm d/one; rm -r gone; echo tmp > t; rm t; ln d/new z; ln -s d s; mkfifo p");
        TreeIndex index = overlay.walk().index();

        assertThat(lines(index))
                .containsExactly("DIRECTORY d", "FILE d/new", "FIFO p", "SYMLINK s -> d", "HARDLINK z -> d/new");
        assertThat(index.whiteouts()).containsExactly("d/one", "gone");
    }

    @Test
    void aDirectoryThatWasMadeAnewDeletesTheOldNamesOneByOne() throws Exception {
        overlay.run("rm -r d; mkdir d; echo again > d/two");
        TreeIndex index = overlay.walk().index();

        assertThat(lines(index)).containsExactly("DIRECTORY d", "FILE d/two");
        assertThat(index.whiteouts()).containsExactly("d/one");
        assertThat(index.opaque()).isEmpty();
    }

    /// overlayfs marks only the topmost directory, `nest`, as opaque.
    @Test
    void directoriesInADirectoryThatWasMadeAnewDeleteTheirOldNamesToo() throws Exception {
        overlay.run("rm -r nest; mkdir -p nest/b/c nest/new/deep; echo again > nest/b/replaced");
        TreeIndex index = overlay.walk().index();

        assertThat(lines(index))
                .containsExactly(
                        "DIRECTORY nest",
                        "DIRECTORY nest/b",
                        "DIRECTORY nest/b/c",
                        "FILE nest/b/replaced",
                        "DIRECTORY nest/new",
                        "DIRECTORY nest/new/deep");
        assertThat(index.whiteouts()).containsExactly("nest/b/c/older", "nest/b/old");
    }

    @Test
    void theLayerUnpackedShowsTheSameTreeAsTheUpperDirectory() throws Exception {
        overlay.run(
                "rm -r d gone; mkdir -p d/deep; echo again > d/deep/two; chmod 4711 keep/k; touch -d @1700000000 keep/k");
        WrittenLayer written = overlay.walk();
        Path again = Files.createDirectory(temporary.resolve("again"));
        LayerApplier.apply(written.layer(), overlay.blobs(), again);
        Tree tree = Tree.of(List.of(overlay.index(overlay.base()), written.index()));

        assertThat(tree.children("d")).containsOnlyKeys("deep");
        assertThat(tree.children("")).containsOnlyKeys("d", "foreign", "keep", "nest", "run");
        assertThat(tree.find("keep/k").orElseThrow().entry().mode()).isEqualTo(04711);
        assertThat(overlay.walk(again).layer().diffId())
                .isEqualTo(written.layer().diffId());
    }

    @Test
    void anUpperDirectoryWithoutItsLeftoversIsTheLayerUnpacked() throws Exception {
        overlay.run("""
                touch -d '2001-02-03 04:05:06.789' keep/k; echo new > keep/n; ln keep/n keep/linked; ln -s n keep/s
                python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("keep/socket")'
                rm -r gone; mkdir run/secrets; touch run/secrets/token
                rm -r nest; mkdir -p nest/b/c nest/new; echo again > nest/b/replaced; mkfifo nest/new/fifo
                python3 -c 'import os; os.setxattr("keep/n", "user.mine", b"1")
                acl = "0200000001000700ffffffff02000700e803000004000500ffffffff10000700ffffffff20000500ffffffff"
                os.setxattr("keep/n", "system.posix_acl_access", bytes.fromhex(acl))'
                """);
        try (RootDirectory root = RootDirectory.open(overlay.upper())) {
            root.makeNode("never-there", FileStatus.Kind.CHARACTER_DEVICE, 0, 0);
        }
        WrittenLayer written = overlay.walk("run/secrets", "run/secrets/token");
        Path unpacked = Files.createDirectory(temporary.resolve("unpacked"));
        LayerApplier.apply(written.layer(), overlay.blobs(), unpacked);
        assertThat(shown(overlay.upper())).contains("keep/socket", "posix_acl", "run/secrets", "never-there");

        overlay.leftovers().clear(overlay.upper(), written.index());

        assertThat(shown(overlay.upper())).isEqualTo(shown(unpacked)).contains("user.mine", "./nest/b/old whiteout");
    }

    @Test
    void mountPointsThatTheRunMadeAreLeftOut() throws Exception {
        overlay.run("mkdir run/secrets; touch run/secrets/token; mkdir -p new/cache");
        TreeIndex index =
                overlay.walk("run/secrets", "run/secrets/token", "new/cache").index();

        assertThat(lines(index)).containsExactly("DIRECTORY new");
        assertThat(index.whiteouts()).isEmpty();
    }

    @Test
    void theSameTreeGivesTheSameBytesWhateverTheOrderItWasMadeIn() throws Exception {
        overlay.run("for i in 3 1 2; do echo $i > f$i; done; touch -d @1700000000 f1 f2 f3");
        DiffId first = overlay.walk().layer().diffId();
        Path other = Files.createDirectory(temporary.resolve("other"));
        for (int i : new int[] {2, 3, 1}) {
            Path file = Files.writeString(other.resolve("f" + i), i + "\n");
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_999L));
        }

        assertThat(overlay.walk(other).layer().diffId()).isEqualTo(first);
    }
}
