/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.linux.Mounts;
import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.linux.UserNamespace;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Needs root and overlayfs: the upper directories are such as the kernel makes them.
class UpperWalkIT {
    /// `struct vfs_cap_data` with CAP_NET_RAW, effective.
    private static final String VERSION_2 = "0100000200200000000000000000000000000000";

    @TempDir
    Path temporary;

    private BlobStore blobs;
    private Layer base;
    private Tree parent;
    private Path lower;
    private Path upper;

    @BeforeEach
    void unpackABase() throws IOException {
        blobs = BlobStore.open(temporary.resolve("store"));
        byte[] tar = new TarBytes()
                .directory("d")
                .file("d/one", "1")
                .file("d/two", "2")
                .directory("gone")
                .file("gone/x", "x")
                .directory("nest")
                .directory("nest/b")
                .file("nest/b/old", "o")
                .directory("nest/b/c")
                .file("nest/b/c/older", "o")
                .file("nest/b/replaced", "o")
                .directory("keep")
                .file("keep/k", "k")
                .pax('x', "uid=70000", "gid=80000")
                .file("foreign", "f")
                .directory("run")
                .bytes();
        Descriptor blob = blobs.put(MediaTypes.OCI_LAYER, tar);
        base = new Layer(blob, new DiffId(blob.digest()));
        parent = Tree.of(List.of(TreeIndexStore.open(temporary.resolve("store")).of(base, blobs)));
        lower = Files.createDirectory(temporary.resolve("lower"));
        upper = Files.createDirectory(temporary.resolve("upper"));
        LayerApplier.apply(base, blobs, lower);
    }

    private void inOverlay(String script) throws IOException, InterruptedException {
        Path work = Files.createDirectory(temporary.resolve("work"));
        Path merged = Files.createDirectory(temporary.resolve("merged"));
        Mounts.overlay(List.of(lower), upper, work, merged);
        try {
            Process process = new ProcessBuilder("sh", "-ec", script)
                    .directory(merged.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        } finally {
            Mounts.unmount(merged);
        }
        try (RootDirectory root = RootDirectory.open(work)) {
            root.removeTree("work");
        }
    }

    private WrittenLayer walk(String... skip) throws IOException {
        try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null)) {
            UpperWalk.write(upper, parent, out, Set.of(skip));
            return out.finish();
        }
    }

    private static List<String> lines(TreeIndex index) {
        return index.entries().stream()
                .map(e -> e.kind() + " " + e.path() + (e.link() == null ? "" : " -> " + e.link()))
                .toList();
    }

    @Test
    void onlyWhatChangedIsWrittenAndWhatIsDeletedIsMarked() throws Exception {
        inOverlay("echo new > d/new; rm d/one; rm -r gone; echo tmp > t; rm t; ln d/new z; ln -s d s; mkfifo p");
        TreeIndex index = walk().index();

        assertThat(lines(index))
                .containsExactly("DIRECTORY d", "FILE d/new", "FIFO p", "SYMLINK s -> d", "HARDLINK z -> d/new");
        assertThat(index.whiteouts()).containsExactly("d/one", "gone");
    }

    @Test
    void aDirectoryThatWasMadeAnewDeletesTheOldNamesOneByOne() throws Exception {
        inOverlay("rm -r d; mkdir d; echo again > d/two");
        TreeIndex index = walk().index();

        assertThat(lines(index)).containsExactly("DIRECTORY d", "FILE d/two");
        assertThat(index.whiteouts()).containsExactly("d/one");
        assertThat(index.opaque()).isEmpty();
    }

    /// overlayfs marks only the topmost directory, `nest`, as opaque.
    @Test
    void directoriesInADirectoryThatWasMadeAnewDeleteTheirOldNamesToo() throws Exception {
        inOverlay("rm -r nest; mkdir -p nest/b/c nest/new/deep; echo again > nest/b/replaced");
        TreeIndex index = walk().index();

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
        inOverlay(
                "rm -r d gone; mkdir -p d/deep; echo again > d/deep/two; chmod 4711 keep/k; touch -d @1700000000 keep/k");
        WrittenLayer written = walk();
        Path again = Files.createDirectory(temporary.resolve("again"));
        LayerApplier.apply(written.layer(), blobs, again);
        Tree tree =
                Tree.of(List.of(TreeIndexStore.open(temporary.resolve("store")).of(base, blobs), written.index()));

        assertThat(tree.children("d")).containsOnlyKeys("deep");
        assertThat(tree.children("")).containsOnlyKeys("d", "foreign", "keep", "nest", "run");
        assertThat(tree.find("keep/k").orElseThrow().entry().mode()).isEqualTo(04711);
        upper = again;
        assertThat(walk().layer().diffId()).isEqualTo(written.layer().diffId());
    }

    @Test
    void mountPointsThatTheRunMadeAreLeftOut() throws Exception {
        inOverlay("mkdir run/secrets; touch run/secrets/token; mkdir -p new/cache");
        TreeIndex index = walk("run/secrets", "run/secrets/token", "new/cache").index();

        assertThat(lines(index)).containsExactly("DIRECTORY new");
        assertThat(index.whiteouts()).isEmpty();
    }

    @Test
    void anOwnerThatCannotBeMappedComesFromTheParent() throws Exception {
        inOverlay("echo more >> foreign; chown 65534:65534 foreign; echo n > nobody; chown 65534:65534 nobody");
        TreeIndex index = walk().index();

        assertThat(index.entry("foreign")).extracting(Entry::uid, Entry::gid).containsExactly(70_000, 80_000);
        assertThat(index.entry("nobody")).extracting(Entry::uid, Entry::gid).containsExactly(65_534, 65_534);
    }

    @Test
    void onlyAttributesOfAnImageAreKept() throws Exception {
        inOverlay("echo c > cap; rm -r d; mkdir d");
        byte[] version2 = HexFormat.of().parseHex(VERSION_2);
        try (RootDirectory root = RootDirectory.open(upper)) {
            root.setXattr("cap", "security.capability", version2);
            root.setXattr("cap", "trusted.secret", new byte[] {1});
            root.setXattr("cap", "user.mine", new byte[] {2});
            assertThat(root.xattrs("d")).containsKey("user.overlay.opaque");
        }
        TreeIndex index = walk().index();

        assertThat(index.entry("d")).extracting(Entry::xattrs).isEqualTo(Map.of());
        assertThat(index.entry("cap"))
                .extracting(Entry::xattrs)
                .isEqualTo(Map.of(
                        "security.capability", Base64.getEncoder().encodeToString(version2), "user.mine", "Ag=="));
    }

    @Test
    void capabilitiesOfTheNamespacesRootAreWrittenAsVersion2() throws Exception {
        Files.writeString(upper.resolve("cap"), "c");
        try (RootDirectory root = RootDirectory.open(upper)) {
            root.setXattr(
                    "cap",
                    "security.capability",
                    HexFormat.of().parseHex(VERSION_2.replaceFirst("02", "03") + "00000000"));
        }

        assertThat(walk().index().entry("cap"))
                .extracting(Entry::xattrs)
                .isEqualTo(Map.of(
                        "security.capability",
                        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(VERSION_2))));
    }

    @Test
    void capabilitiesOfAnotherNamespacesRootAreRefused() throws Exception {
        for (Path directory : List.of(temporary, upper)) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path file = Files.writeString(upper.resolve("cap"), "c");
        String set =
                "import os; os.setxattr('%s', 'security.capability', bytes.fromhex('%s'))".formatted(file, VERSION_2);
        try (var namespace = new UserNamespace("0 100000 65536\n", "0 100000 65536\n");
                RootDirectory root = RootDirectory.open(upper)) {
            root.chown("cap", 100_000, 100_000);
            assertThat(namespace.run("python3", "-c", set)).containsExactly("exit 0");
            // The kernel has added the id of that root: 100000, little-endian.
            assertThat(root.xattrs("cap").get("security.capability"))
                    .isEqualTo(HexFormat.of().parseHex(VERSION_2.replaceFirst("02", "03") + "a0860100"));
        }

        assertThatThrownBy(this::walk)
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().what()).isEqualTo("the capabilities of /cap cannot be kept"));
    }

    @Test
    void theSameTreeGivesTheSameBytesWhateverTheOrderItWasMadeIn() throws Exception {
        inOverlay("for i in 3 1 2; do echo $i > f$i; done; touch -d @1700000000 f1 f2 f3");
        DiffId first = walk().layer().diffId();
        upper = Files.createDirectory(temporary.resolve("other"));
        for (int i : new int[] {2, 3, 1}) {
            Path file = Files.writeString(upper.resolve("f" + i), i + "\n");
            Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1_700_000_000_999L));
        }

        assertThat(walk().layer().diffId()).isEqualTo(first);
    }
}
