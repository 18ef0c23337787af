/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.snapshot;

import dev.strata.engine.image.DiffId;
import dev.strata.engine.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// A mounted stack of layers with a writable directory on top. Closing it unmounts, and discards what was
/// written unless it was committed. Not thread-safe.
public final class Snapshot implements AutoCloseable {
    static final String ROOT = "root";
    private static final String UPPER = "upper";
    private static final String WORK = "work";

    private static final Set<PosixFilePermission> ROOT_MODE = PosixFilePermissions.fromString("rwxr-xr-x");

    private final Snapshotter snapshotter;
    private final Snapshotter.Workplace place;

    Snapshot(Snapshotter snapshotter, Snapshotter.Workplace place) throws IOException {
        this.snapshotter = snapshotter;
        this.place = place;
        for (String name : new String[] {ROOT, UPPER, WORK}) {
            // The upper directory is the root that a RUN sees, whatever umask(2) this process was given.
            Path made = Files.createDirectory(place.directory().resolve(name));
            Files.setPosixFilePermissions(made, ROOT_MODE);
        }
    }

    /// The whole tree, to be read and written.
    public Path rootfs() {
        return place.directory().resolve(ROOT);
    }

    /// What was written, as overlayfs keeps it.
    public Path upper() {
        return place.directory().resolve(UPPER);
    }

    Path work() {
        return place.directory().resolve(WORK);
    }

    /// Unmounts: [#upper] alone is left.
    public void unmount() throws IOException {
        Mounts.unmount(rootfs());
    }

    /// Keeps the upper directory as the unpacked layer `diffId`; nothing may be mounted any more.
    ///
    /// It must be what unpacking the layer's blob gives: others take it for that.
    public void commit(DiffId diffId) throws IOException {
        Snapshotter.keep(upper(), snapshotter.directoryOf(diffId));
    }

    @Override
    public void close() throws IOException {
        place.close();
    }
}
