/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// Where the paths of one layer lie in the tree that it is put on. They lie elsewhere only where the layer
/// has something in a directory that it does not describe itself, and the tree has a symlink there: `lib/x`
/// over a base with `lib -> usr/lib` is `usr/lib/x`. containerd, archive/tar.go, `createTarFile` by `fs.RootPath`.
record Placement(TreeIndex layer, Tree below) {

    /// Whether any path lies elsewhere.
    boolean moves() {
        return layer.implied().stream().anyMatch(path -> linkAt(path).isPresent());
    }

    /// The place of something at `path`, which is not itself followed.
    ///
    /// Throws a [StrataException] with `InstructionFailed` when links lead in a circle.
    String of(String path) {
        return ImagePaths.join(ofDirectory(ImagePaths.parent(path)), ImagePaths.name(path));
    }

    /// The place of a directory that may be implied.
    String ofDirectory(String path) {
        try {
            return PathWalk.resolve(path, this::linkAt);
        } catch (IOException e) {
            throw new UncheckedIOException("an index is in memory", e);
        }
    }

    private Optional<String> linkAt(String path) {
        if (layer.entry(path) != null) {
            return Optional.empty();
        }
        return below.find(path)
                .map(Located::entry)
                .filter(entry -> entry.kind() == Entry.Kind.SYMLINK)
                .map(Entry::link);
    }
}
