/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real overlay mounts. Needs root.
class SnapshotterIT {
    @TempDir
    Path root;

    private final AtomicInteger unpacked = new AtomicInteger();

    private Snapshotter snapshotter() throws IOException {
        return Snapshotter.open(root, new Unpacker() {
            @Override
            public boolean dependsOnBelow(Layer layer) {
                if (!layer.diffId().digest().equals(layer.blob().digest())) {
                    throw new IllegalStateException("another diffID");
                }
                return layer.equals(layer("dependent"));
            }

            @Override
            public void unpack(Layer layer, Path directory) throws IOException {
                unpacked.incrementAndGet();
                if (layer.equals(layer("device"))) {
                    try (RootDirectory made = RootDirectory.open(directory)) {
                        made.makeNode("null", FileStatus.Kind.CHARACTER_DEVICE, 1, 3);
                    }
                }
                Files.writeString(directory.resolve(layer.diffId().digest().shortHex()), "content");
            }

            @Override
            public void unpackOnto(List<Layer> below, Layer layer, Path directory) throws IOException {
                unpacked.incrementAndGet();
                Files.writeString(directory.resolve("below"), String.valueOf(below.size()));
            }
        });
    }

    @Test
    void aLayerThatDependsOnThoseBelowIsUnpackedOnceForEachStackOfThem() throws IOException {
        Snapshotter snapshotter = snapshotter();
        try (Snapshot snapshot = snapshotter.mount(List.of(layer("a"), layer("dependent")))) {
            assertThat(snapshot.rootfs().resolve("below")).hasContent("1");
        }
        try (Snapshot snapshot = snapshotter.mount(List.of(layer("a"), layer("b"), layer("dependent")))) {
            assertThat(snapshot.rootfs().resolve("below")).hasContent("2");
        }
        assertThat(unpacked).hasValue(4);
        snapshotter.mount(List.of(layer("a"), layer("dependent"))).close();
        assertThat(unpacked).hasValue(4);
    }

    private static Layer layer(String name) {
        Digest digest = Digest.of(name);
        return new Layer(new Descriptor("application/x", digest, 1), new DiffId(digest));
    }

    @Test
    void aLayerThatClaimsTheDiffIdOfAnUnpackedOneIsRefused() throws IOException {
        Snapshotter snapshotter = snapshotter();
        snapshotter.unpacked(List.of(layer("a")));
        var liar = new Layer(layer("b").blob(), layer("a").diffId());

        assertThatThrownBy(() -> snapshotter.unpacked(List.of(liar))).hasMessage("another diffID");
    }

    @Test
    void aStackOf128LayersShowsEveryFile() throws IOException {
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < 128; i++) {
            layers.add(layer("layer " + i));
        }
        try (Snapshot snapshot = snapshotter().mount(layers);
                Stream<Path> files = Files.list(snapshot.rootfs())) {
            assertThat(files).hasSize(128);
        }
    }

    @Test
    void aLayerThatIsInTheStackTwiceIsSeenWhereItIsTopmost() throws IOException {
        Snapshotter snapshotter = snapshotter();
        try (Snapshot snapshot = snapshotter.mount(List.of(layer("a")))) {
            Files.writeString(
                    snapshot.rootfs().resolve(layer("a").diffId().digest().shortHex()), "changed");
            snapshot.unmount();
            snapshot.commit(layer("b").diffId());
        }

        try (Snapshot snapshot = snapshotter.mount(List.of(layer("a"), layer("b"), layer("a")))) {
            assertThat(snapshot.rootfs().resolve(layer("a").diffId().digest().shortHex()))
                    .hasContent("content");
        }
    }

    @Test
    void aLayerIsUnpackedOnce() throws IOException {
        Snapshotter snapshotter = snapshotter();
        snapshotter.unpacked(List.of(layer("a")));
        snapshotter.mount(List.of(layer("a"))).close();
        snapshotter().mount(List.of(layer("a"))).close();

        assertThat(unpacked).hasValue(1);
    }

    @Test
    void whatIsCommittedIsTheNextLayer() throws IOException {
        Snapshotter snapshotter = snapshotter();
        try (Snapshot snapshot = snapshotter.mount(List.of())) {
            Files.writeString(snapshot.rootfs().resolve("file"), "written");
            snapshot.unmount();
            snapshot.commit(layer("made").diffId());
        }
        try (Snapshot snapshot = snapshotter.mount(List.of(layer("made")))) {
            assertThat(snapshot.rootfs().resolve("file")).hasContent("written");
        }
        assertThat(unpacked).hasValue(0);
    }

    @Test
    void closingLeavesNoMountAndNoFile() throws IOException {
        try (Snapshot snapshot = snapshotter().mount(List.of(layer("a")))) {
            Files.delete(snapshot.rootfs().resolve(layer("a").diffId().digest().shortHex()));
        }

        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(root.toString());
        try (Stream<Path> left = Files.list(root.resolve("active"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDeviceOfALayerCannotBeOpened() throws IOException {
        Snapshotter snapshotter = snapshotter();
        Path unpackedNode = snapshotter.unpacked(List.of(layer("device"))).resolve("null");
        assertThat(unpackedNode).isReadable();
        assertThat(Files.readAllBytes(unpackedNode)).isEmpty();

        try (Snapshot snapshot = snapshotter.mount(List.of(layer("device")))) {
            assertThatThrownBy(() -> Files.readAllBytes(snapshot.rootfs().resolve("null")))
                    .isInstanceOf(AccessDeniedException.class);
        }
    }

    @Test
    void aDeadProcessIsCleanedUpAfterAndALiveOneIsNot() throws IOException {
        Path active = Files.createDirectories(root.resolve("active"));
        Files.createDirectories(active.resolve("dead/upper/sub"));
        Files.createFile(active.resolve("dead.lock"));
        try (Snapshot alive = snapshotter().mount(List.of(layer("a")))) {
            snapshotter();
            assertThat(alive.rootfs()).isNotEmptyDirectory();
            assertThat(active.resolve("dead")).doesNotExist();
            assertThat(active.resolve("dead.lock")).doesNotExist();
        }
    }

    @Test
    void whatCannotBeRemovedDoesNotKeepTheStoreShut() throws Exception {
        Path active = Files.createDirectories(root.resolve("active"));
        Path busy = Files.createDirectories(active.resolve("dead/busy"));
        Path lock = Files.createFile(active.resolve("dead.lock"));
        assertThat(new ProcessBuilder("mount", "-t", "tmpfs", "none", busy.toString())
                        .start()
                        .waitFor())
                .isZero();
        try {
            snapshotter();
            assertThat(lock).exists();
        } finally {
            new ProcessBuilder("umount", busy.toString()).start().waitFor();
        }
        snapshotter();
        assertThat(active).isEmptyDirectory();
    }
}
