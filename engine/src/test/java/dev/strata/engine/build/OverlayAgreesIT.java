/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.content.Digest;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.image.Image;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.layer.Located;
import dev.strata.engine.layer.Tree;
import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.snapshot.Snapshot;
import dev.strata.engine.snapshot.Snapshotter;
import dev.strata.engine.solve.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the indexes say of an image is what a RUN sees of it: after every step the merged overlay and the
/// [Tree] hold the same paths, kinds, modes, owners and bytes, be the layers unpacked or as RUNs left them.
class OverlayAgreesIT {
    /// Made in a root file system to mount on, and left out of layers.
    private static final Set<String> MOUNT_POINTS = Set.of("dev", "proc", "sys", "etc/hosts", "etc/resolv.conf");

    private static final Instant EPOCH = Instant.ofEpochSecond(1_700_000_000);

    @TempDir
    Path directory;

    record Case(String name, String dockerfile) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String FILES = """
            FROM busybox
            RUN mkdir -p /a/b/c /keep && echo old > /a/b/old && echo older > /a/b/c/older && ln /a/b/old /a/link
            """;

    static List<Case> cases() {
        return List.of(
                new Case("made anew, nested", FILES + """
                        RUN rm -rf /a && mkdir -p /a/b/c && echo new > /a/b/new
                        RUN rm -rf /a/b && mkdir -p /a/b/c/d && echo again > /a/b/c/d/old
                        """),
                new Case("kinds change places", FILES + """
                        RUN rm -rf /a/b && echo file > /a/b && ln -s a /s
                        RUN rm /a/b /s && mkdir -p /a/b /s/c && echo x > /s/c/older
                        RUN rm -rf /s && ln -s keep /s && rm /etc/group
                        """),
                new Case("moves and links", FILES + """
                        RUN mv /a/b /keep/b && ln /keep/b/old /again
                        RUN chown 5:6 /keep/b/old && /bin/busybox chmod 2711 /keep && ln -s /a /keep/up
                        RUN rm /again && mkdir /again && mv /keep/b/c /again/c
                        """),
                new Case("copies between", FILES + """
                        COPY --chown=7:8 new /a
                        RUN rm -rf /a/b && mkdir -p /a/b && ls /a > /listing
                        COPY new /a/
                        RUN rm -rf /a && mkdir -p /a/b/c
                        """));
    }

    private Builds builds(String name) throws IOException, InterruptedException {
        var builds = new Builds(directory.resolve(name));
        builds.busybox(EPOCH);
        builds.file("new/b/c/older", "other").file("new/b/more", "more");
        return builds;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theOverlayIsTheTreeOfTheIndexesAfterEveryStep(Case each) throws Exception {
        try (Builds builds = builds("one")) {
            Image image = builds.build(each.dockerfile, EPOCH);
            Store store = builds.store().solving(builds.store().cache());
            var fromBlobs =
                    Snapshotter.open(directory.resolve("unpacked"), new StoreUnpacker(store.blobs(), store.indexes()));
            List<Layer> layers = layers(image);
            for (int count = 1; count <= layers.size(); count++) {
                List<Layer> some = layers.subList(0, count);
                List<String> expected = lines(Tree.of(some.stream()
                        .map(layer -> store.indexes().of(layer, store.blobs()))
                        .toList()));
                assertThat(lines(fromBlobs, some))
                        .as("unpacked, " + count + " layers")
                        .isEqualTo(expected);
                assertThat(lines(store.snapshots(), some))
                        .as("as RUNs left them, " + count + " layers")
                        .filteredOn(line -> expected.contains(line) || !MOUNT_POINTS.contains(line.split(" ")[0]))
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRunMakesTheSameLayerOnUnpackedAndOnCommittedParents(Case each) throws Exception {
        List<String> steps = each.dockerfile.lines().toList();
        List<DiffId> committed;
        try (Builds builds = builds("committed")) {
            committed = builds.build(each.dockerfile, EPOCH).config().diffIds();
        }
        try (Builds builds = builds("unpacked")) {
            for (int count = 2; count <= steps.size(); count++) {
                forgetSnapshots();
                Image image = builds.build(String.join("\n", steps.subList(0, count)) + "\n", EPOCH);
                assertThat(image.config().diffIds())
                        .as(steps.get(count - 1))
                        .isEqualTo(committed.subList(0, image.config().diffIds().size()));
                assertThat(builds.cachedSteps()).hasSize(count - 2);
            }
        }
    }

    private void forgetSnapshots() throws IOException {
        try (RootDirectory store = RootDirectory.open(directory.resolve("unpacked/store"))) {
            store.removeTree("layers");
            store.makeDirectory("layers", 0755);
        }
    }

    private static List<Layer> layers(Image image) {
        var layers = new ArrayList<Layer>();
        for (int i = 0; i < image.config().diffIds().size(); i++) {
            layers.add(new Layer(
                    image.manifest().layers().get(i), image.config().diffIds().get(i)));
        }
        return layers;
    }

    private static String line(String path, String kind, int mode, int uid, int gid, String rest) {
        return path + " " + kind + " " + Integer.toOctalString(mode) + " " + uid + ":" + gid + " " + rest;
    }

    private static List<String> lines(Tree tree) {
        var lines = new TreeMap<String, String>();
        walk(tree, "", lines);
        return List.copyOf(lines.values());
    }

    private static void walk(Tree tree, String path, Map<String, String> lines) {
        for (Located located : tree.children(path).values()) {
            String at = located.entry().path();
            Entry entry = located.entry().kind() == Entry.Kind.HARDLINK
                    ? tree.target(located).entry()
                    : located.entry();
            String rest = switch (entry.kind()) {
                case FILE -> String.valueOf(entry.content());
                case SYMLINK -> String.valueOf(entry.link());
                case DIRECTORY, HARDLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> "";
            };
            lines.put(at, line(at, entry.kind().name(), entry.mode(), entry.uid(), entry.gid(), rest));
            walk(tree, at, lines);
        }
    }

    private static List<String> lines(Snapshotter snapshots, List<Layer> layers) throws IOException {
        var lines = new TreeMap<String, String>();
        try (Snapshot snapshot = snapshots.mount(layers);
                RootDirectory root = RootDirectory.open(snapshot.rootfs())) {
            walk(root, "", lines);
        }
        return List.copyOf(lines.values());
    }

    private static void walk(RootDirectory root, String path, Map<String, String> lines) throws IOException {
        for (String name : root.list(path)) {
            String at = path.isEmpty() ? name : path + "/" + name;
            FileStatus status = root.status(at).orElseThrow();
            String rest = String.valueOf(status.link());
            if (status.kind() != FileStatus.Kind.SYMLINK) {
                rest = status.kind() == FileStatus.Kind.FILE ? digest(root, at) : "";
            }
            lines.put(at, line(at, status.kind().name(), status.mode(), status.uid(), status.gid(), rest));
            if (status.kind() == FileStatus.Kind.DIRECTORY) {
                walk(root, at, lines);
            }
        }
    }

    private static String digest(RootDirectory root, String path) throws IOException {
        try (InputStream in = root.read(path)) {
            return Digest.of(in.readAllBytes()).toString();
        }
    }
}
