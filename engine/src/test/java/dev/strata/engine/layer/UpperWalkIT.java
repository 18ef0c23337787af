/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.IdMap;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Needs root and overlayfs: the upper directories are such as the kernel makes them.
class UpperWalkIT {
    /// `struct vfs_cap_data` with CAP_NET_RAW, effective.
    private static final String VERSION_2 = "0100000200200000000000000000000000000000";

    private static final IdMap IDS = IdMap.parse("0 100000 65536\n");
    private static final Owners POD = new Owners(IDS, IDS);

    @TempDir
    Path temporary;

    private final Leftovers leftovers = new Leftovers();
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
        try (RootDirectory root = RootDirectory.open(temporary)) {
            root.removeTree("work");
            root.removeTree("merged");
        }
    }

    private WrittenLayer walk(String... skip) throws IOException {
        try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null)) {
            UpperWalk.write(upper, parent, out, Set.of(skip), leftovers);
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
    void anUpperDirectoryWithoutItsLeftoversIsTheLayerUnpacked() throws Exception {
        inOverlay("""
                touch -d '2001-02-03 04:05:06.789' keep/k; echo new > keep/n; ln keep/n keep/linked; ln -s n keep/s
                python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("keep/socket")'
                rm -r gone; mkdir run/secrets; touch run/secrets/token
                rm -r nest; mkdir -p nest/b/c nest/new; echo again > nest/b/replaced; mkfifo nest/new/fifo
                python3 -c 'import os; os.setxattr("keep/n", "user.mine", b"1")
                acl = "0200000001000700ffffffff02000700e803000004000500ffffffff10000700ffffffff20000500ffffffff"
                os.setxattr("keep/n", "system.posix_acl_access", bytes.fromhex(acl))'
                """);
        try (RootDirectory root = RootDirectory.open(upper)) {
            root.makeNode("never-there", FileStatus.Kind.CHARACTER_DEVICE, 0, 0);
        }
        WrittenLayer written = walk("run/secrets", "run/secrets/token");
        Path unpacked = Files.createDirectory(temporary.resolve("unpacked"));
        LayerApplier.apply(written.layer(), blobs, unpacked);
        assertThat(shown(upper)).contains("keep/socket", "posix_acl", "run/secrets", "never-there");

        leftovers.clear(upper, written.index());

        assertThat(shown(upper)).isEqualTo(shown(unpacked)).contains("user.mine", "./nest/b/old whiteout");
    }

    @Test
    void mountPointsThatTheRunMadeAreLeftOut() throws Exception {
        inOverlay("mkdir run/secrets; touch run/secrets/token; mkdir -p new/cache");
        TreeIndex index = walk("run/secrets", "run/secrets/token", "new/cache").index();

        assertThat(lines(index)).containsExactly("DIRECTORY new");
        assertThat(index.whiteouts()).isEmpty();
    }

    /// The base again, as a builder pod's user namespace has it on disk.
    private void unpackInPod(byte[]... more) throws IOException {
        try (RootDirectory root = RootDirectory.open(temporary)) {
            root.removeTree("lower");
        }
        lower = Files.createDirectory(temporary.resolve("lower"));
        LayerApplier.apply(base, blobs, Tree.of(List.of()), lower, POD);
        for (byte[] tar : more) {
            Descriptor blob = blobs.put(MediaTypes.OCI_LAYER, tar);
            parent = parent.with(TreeIndexStore.open(temporary.resolve("store"))
                    .of(new Layer(blob, new DiffId(blob.digest())), blobs));
        }
    }

    private TreeIndex walkInPod() throws IOException {
        try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null)) {
            UpperWalk.write(upper, parent, out, Set.of(), leftovers, POD);
            return out.finish().index();
        }
    }

    @Test
    void anOwnerThatTheNamespaceDoesNotHaveIsKeptHoweverTheFileIsTouched() throws Exception {
        unpackInPod();
        inOverlay(
                "echo more >> foreign; cp -a foreign copied; ln foreign linked; mkdir m; cp -a foreign m; mv m/foreign m/f");
        TreeIndex index = walkInPod();

        for (String path : List.of("foreign", "copied", "linked", "m/f")) {
            assertThat(index.entry(path))
                    .as(path)
                    .extracting(Entry::uid, Entry::gid)
                    .containsExactly(70_000, 80_000);
        }
    }

    @Test
    void nobodyIsNobodyAlsoWhereAnOwnerOfTheParentCannotBeMapped() throws Exception {
        unpackInPod();
        inOverlay("chown 65534:65534 foreign d; echo n > nobody; chown 65534:65534 nobody");
        TreeIndex index = walkInPod();

        for (String path : List.of("foreign", "d", "nobody")) {
            assertThat(index.entry(path))
                    .as(path)
                    .extracting(Entry::uid, Entry::gid)
                    .containsExactly(65_534, 65_534);
        }
    }

    @Test
    void aMovedFileWhoseOwnerCouldBeOneOfSeveralIsRefused() throws Exception {
        unpackInPod(new TarBytes().pax('x', "uid=90000").file("another", "a").bytes());
        inOverlay("mv foreign moved");

        assertThatThrownBy(this::walkInPod).isInstanceOfSatisfying(StrataException.class, e -> {
            assertThat(e.problem().what()).isEqualTo("the owner of /moved cannot be kept");
            assertThat(e.problem().why()).contains("one of 70000, 90000", "ids 0 to 65535");
        });
    }

    @Test
    void aFileMovedOverOneOfAnotherOwnerIsRefusedAndOneChangedInPlaceIsNot() throws Exception {
        byte[] tar = new TarBytes()
                .pax('x', "uid=90000")
                .file("another", "longer")
                .pax('x', "uid=90000")
                .file("third", "3")
                .bytes();
        unpackInPod(tar);
        LayerApplier.apply(
                new Layer(blobs.put(MediaTypes.OCI_LAYER, tar), new DiffId(Digest.of(tar))),
                blobs,
                Tree.of(List.of()),
                lower,
                POD);
        inOverlay("echo more >> foreign; chmod 600 third; mv another n; mv n another");
        assertThat(walkInPod().entries())
                .extracting(Entry::path, Entry::uid)
                .contains(tuple("foreign", 70_000), tuple("third", 90_000), tuple("another", 90_000));

        inOverlay("rm foreign; mv another foreign");
        assertThatThrownBy(this::walkInPod)
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().what()).isEqualTo("the owner of /foreign cannot be kept"));
    }

    @Test
    void whereEveryIdIsThereNoneStandsForAnother() throws Exception {
        inOverlay("chown 64991:64991 foreign; echo n > new; chown 64991:64991 new; chown 65534:65534 d");
        TreeIndex index = walk().index();

        for (String path : List.of("foreign", "new")) {
            assertThat(index.entry(path)).extracting(Entry::uid, Entry::gid).containsExactly(64_991, 64_991);
        }
        assertThat(index.entry("d")).extracting(Entry::uid, Entry::gid).containsExactly(65_534, 65_534);
    }

    @Test
    void whatShowsAsTheOverflowIdInAPodIsNobodys() throws Exception {
        for (Path directory : List.of(temporary, upper)) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Path foreign = Files.writeString(temporary.resolve("of-the-host"), "h");
        Path copy = upper.resolve("copy");
        try (var namespace = new UserNamespace("0 100000 65536\n", "0 100000 65536\n")) {
            assertThat(namespace.run("stat", "-c", "%u:%g", foreign.toString()))
                    .containsExactly("65534:65534", "exit 0");
            assertThat(namespace.run("cp", "-a", foreign.toString(), copy.toString()))
                    .containsExactly("exit 0");
            assertThat(namespace.run("chown", "70000", copy.toString())).last().isEqualTo("exit 1");
        }
        try (RootDirectory root = RootDirectory.open(upper)) {
            assertThat(root.status("copy").orElseThrow())
                    .extracting(FileStatus::uid, FileStatus::gid)
                    .containsExactly(165_534, 165_534);
        }
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
