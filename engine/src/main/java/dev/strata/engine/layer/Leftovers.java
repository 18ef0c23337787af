/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What an upper directory has and its layer has not. With that cleared away, and with the layer's times, the
/// directory is what [LayerApplier] makes of the layer: a later RUN must not see whether its parent was kept or
/// unpacked. Not thread-safe.
public final class Leftovers {
    private final List<String> paths = new ArrayList<>();
    private final List<Attribute> attributes = new ArrayList<>();

    private record Attribute(String path, String name) {}

    /// Notes a path that is not in the layer; directories come after what is in them.
    void path(String path) {
        paths.add(path);
    }

    /// Notes an attribute of a path if the layer has it not and a RUN or overlayfs can have set it.
    void attribute(String path, String name) {
        if (ImageXattrs.isDropped(name)) {
            attributes.add(new Attribute(path, name));
        }
    }

    /// Makes `upper`, which must not be mounted, what unpacking the layer of `written` gives.
    ///
    /// @param written implies no directories: such a layer's unpacked form depends on those below
    public void clear(Path upper, TreeIndex written) throws IOException {
        try (RootDirectory root = RootDirectory.open(upper)) {
            for (Attribute attribute : attributes) {
                root.removeXattr(attribute.path(), attribute.name());
            }
            for (String path : paths) {
                root.removeTree(path);
            }
            // What an opaque directory hid, the layer deletes by name.
            for (String path : written.whiteouts()) {
                if (root.status(path).isEmpty()) {
                    root.makeNode(path, FileStatus.Kind.CHARACTER_DEVICE, 0, 0);
                }
            }
            for (Entry entry : written.entries()) {
                root.setTime(entry.path(), entry.mtime());
            }
        }
    }
}
