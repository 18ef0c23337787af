/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.linux.IdMap;
import dev.strata.engine.linux.Mounts;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A layer unpacked below a temporary directory, and the upper directory over it. Needs root and
/// overlayfs: the upper directory is such as the kernel makes it.
final class Overlay {
    private static final IdMap IDS = IdMap.parse("0 100000 65536\n");

    /// The owners of a builder pod with a user namespace.
    static final Owners POD = new Owners(IDS, IDS);

    private final Path temporary;
    private final BlobStore blobs;
    private final Layer base;
    private final Path lower;
    private final Path upper;
    private final Leftovers leftovers = new Leftovers();
    private Tree parent;

    Overlay(Path temporary) throws IOException {
        this.temporary = temporary;
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
        parent = Tree.of(List.of(index(base)));
        lower = Files.createDirectory(temporary.resolve("lower"));
        upper = Files.createDirectory(temporary.resolve("upper"));
        LayerApplier.apply(base, blobs, lower);
    }

    BlobStore blobs() {
        return blobs;
    }

    /// The layer that is unpacked.
    Layer base() {
        return base;
    }

    Path lower() {
        return lower;
    }

    Path upper() {
        return upper;
    }

    Leftovers leftovers() {
        return leftovers;
    }

    TreeIndex index(Layer layer) throws IOException {
        return TreeIndexStore.open(temporary.resolve("store")).of(layer, blobs);
    }

    /// Runs a script of the shell in the two directories laid over each other.
    void run(String script) throws IOException, InterruptedException {
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

    /// The layer of the upper directory, but for some paths.
    WrittenLayer walk(String... skip) throws IOException {
        return walk(upper, skip);
    }

    /// The layer of a directory as if it were the upper one.
    WrittenLayer walk(Path directory, String... skip) throws IOException {
        try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null)) {
            UpperWalk.write(directory, parent, out, Set.of(skip), leftovers);
            return out.finish();
        }
    }

    /// The base again, as a builder pod's user namespace has it on disk; `more` are layers that
    /// are not unpacked.
    void unpackInPod(byte[]... more) throws IOException {
        try (RootDirectory root = RootDirectory.open(temporary)) {
            root.removeTree("lower");
        }
        Files.createDirectory(lower);
        LayerApplier.apply(base, blobs, Tree.of(List.of()), lower, POD);
        for (byte[] tar : more) {
            Descriptor blob = blobs.put(MediaTypes.OCI_LAYER, tar);
            parent = parent.with(index(new Layer(blob, new DiffId(blob.digest()))));
        }
    }

    TreeIndex walkInPod() throws IOException {
        try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null)) {
            UpperWalk.write(upper, parent, out, Set.of(), leftovers, POD);
            return out.finish().index();
        }
    }
}
