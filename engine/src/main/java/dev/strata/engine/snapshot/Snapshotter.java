/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.snapshot;

import dev.strata.engine.content.Digest;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.linux.Mounts;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Unpacks layers, each once, and mounts stacks of them. Safe for many threads and processes on one store.
public final class Snapshotter {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshotter.class);
    private static final String LOCK = ".lock";

    private final Path layers;
    private final Path active;
    private final Unpacker unpacker;

    private Snapshotter(Path layers, Path active, Unpacker unpacker) {
        this.layers = layers;
        this.active = active;
        this.unpacker = unpacker;
    }

    /// Opens the snapshots below `root` and takes away what a process that died has left there.
    public static Snapshotter open(Path root, Unpacker unpacker) throws IOException {
        var snapshotter = new Snapshotter(
                Files.createDirectories(root.resolve("layers")),
                Files.createDirectories(root.resolve("active")),
                unpacker);
        snapshotter.recover();
        return snapshotter;
    }

    /// The directory of the last layer of `baseFirst`, unpacked.
    public Path unpacked(List<Layer> baseFirst) throws IOException {
        Layer layer = baseFirst.getLast();
        // Asked first: it refuses a layer whose image only claims the diffID that a directory is named by.
        if (!unpacker.dependsOnBelow(layer)) {
            return unpack(directoryOf(layer.diffId()), part -> unpacker.unpack(layer, part));
        }
        List<Layer> below = baseFirst.subList(0, baseFirst.size() - 1);
        return unpack(layers.resolve(chain(baseFirst)), part -> unpacker.unpackOnto(below, layer, part));
    }

    private static String chain(List<Layer> baseFirst) {
        String ids = baseFirst.stream().map(each -> each.diffId().toString()).collect(Collectors.joining(" "));
        return Digest.of(ids).hex();
    }

    private interface Content {
        void unpackInto(Path part) throws IOException;
    }

    private Path unpack(Path directory, Content content) throws IOException {
        if (!Files.isDirectory(directory)) {
            try (Workplace place = Workplace.make(active)) {
                Path part = Files.createDirectory(place.directory().resolve("unpack"));
                content.unpackInto(part);
                keep(part, directory);
            }
        }
        return directory;
    }

    /// Mounts `baseFirst` under a new writable directory.
    ///
    /// A layer that is there twice, as the empty one of each RUN that changes nothing, is mounted where
    /// it is topmost: it hides all that it could show below, and overlayfs refuses a directory twice (`ELOOP`).
    public Snapshot mount(List<Layer> baseFirst) throws IOException {
        var topFirst = new LinkedHashSet<Path>();
        for (int layers = baseFirst.size(); layers > 0; layers--) {
            topFirst.add(unpacked(baseFirst.subList(0, layers)));
        }
        var lowers = new ArrayList<Path>(topFirst);
        Workplace place = Workplace.make(active);
        try {
            if (lowers.isEmpty()) {
                lowers.add(Files.createDirectory(place.directory().resolve("empty")));
            }
            var snapshot = new Snapshot(this, place);
            Mounts.overlay(lowers, snapshot.upper(), snapshot.work(), snapshot.rootfs());
            return snapshot;
        } catch (IOException | RuntimeException e) {
            place.close();
            throw e;
        }
    }

    Path directoryOf(DiffId diffId) {
        return layers.resolve(diffId.digest().hex());
    }

    /// Renames `part` to `directory`; that it is there already is as good.
    ///
    /// Its bytes are on disk before: a name that is there after a crash is trusted.
    static void keep(Path part, Path directory) throws IOException {
        try (RootDirectory root = RootDirectory.open(part)) {
            root.sync();
        }
        try {
            Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            return;
        } catch (IOException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    private void recover() throws IOException {
        List<Path> locks;
        try (Stream<Path> files = Files.list(active)) {
            locks = files.filter(file -> file.toString().endsWith(LOCK)).toList();
        }
        for (Path lock : locks) {
            Workplace.takeOver(lock);
        }
    }

    /// A directory of this process, and the lock that tells others so.
    record Workplace(Path directory, Path lockFile, FileChannel channel) implements AutoCloseable {

        /// A process that just opens the store may take the new file for one that was left behind, before it
        /// is locked, and remove it: then another is made.
        static Workplace make(Path active) throws IOException {
            while (true) {
                String name = UUID.randomUUID().toString();
                Path lockFile = active.resolve(name + LOCK);
                FileChannel channel =
                        FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                if (isLocked(channel) && Files.exists(lockFile)) {
                    return new Workplace(Files.createDirectory(active.resolve(name)), lockFile, channel);
                }
                channel.close();
            }
        }

        private static boolean isLocked(FileChannel channel) throws IOException {
            try {
                return channel.tryLock() != null;
            } catch (OverlappingFileLockException thisProcess) {
                return false;
            }
        }

        /// Removes the workplace behind `lockFile` unless a live process holds its lock.
        static void takeOver(Path lockFile) throws IOException {
            FileChannel channel;
            try {
                channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
            } catch (IOException gone) {
                return;
            }
            try (channel) {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    String name = lockFile.getFileName().toString();
                    Path directory = lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
                    new Workplace(directory, lockFile, channel).close();
                }
            } catch (OverlappingFileLockException thisProcess) {
                return;
            }
        }

        @Override
        public void close() {
            try (channel;
                    RootDirectory root = RootDirectory.open(Objects.requireNonNull(lockFile.getParent()))) {
                Path mountPoint = directory.resolve(Snapshot.ROOT);
                if (Files.isDirectory(mountPoint)) {
                    unmountIfMounted(mountPoint);
                }
                root.removeTree(directory.getFileName().toString());
                Files.deleteIfExists(lockFile);
            } catch (IOException e) {
                // No build fails, and no store stays shut, for what is only in the way: the next start tries again.
                LOG.warn("cannot remove {}: {}", directory, e.getMessage());
            }
        }

        private static void unmountIfMounted(Path root) throws IOException {
            if (!Files.getFileStore(root).equals(Files.getFileStore(root.getParent()))) {
                Mounts.unmount(root);
            }
        }
    }
}
