/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The file tree that a stack of layers makes, known from their indexes alone. Lookups walk the layers from
/// the top: nothing is merged, so a tree costs nothing to make. Immutable.
///
/// Whiteouts and opaque directories: OCI image-spec, layer.md#whiteouts.
public final class Tree {
    private static final int DEFAULT_MODE = 0755;

    /// Hard links to hard links, of which a tar has no need: a loop ends here.
    private static final int MAX_LINKS = 255;

    private final List<TreeIndex> layers;

    /// Where the paths of the topmost layer lie; null where there is none.
    private final @Nullable Placement top;

    private Tree(List<TreeIndex> layers, @Nullable Placement top) {
        this.layers = List.copyOf(layers);
        this.top = top;
    }

    public static Tree of(List<TreeIndex> baseFirst) {
        var tree = new Tree(List.of(), null);
        for (TreeIndex layer : baseFirst) {
            tree = tree.with(layer);
        }
        return tree;
    }

    /// This tree with `layer` on top.
    public Tree with(TreeIndex layer) {
        var placement = new Placement(layer, this);
        var all = new ArrayList<>(layers);
        all.add(placement.moves() ? layer.placed(placement) : layer);
        return new Tree(all, placement);
    }

    /// Where a path of the topmost layer lies in this tree.
    String placed(String path) {
        return top == null ? path : top.of(path);
    }

    /// The same of a directory that the layer may only imply.
    String placedDirectory(String path) {
        return top == null ? path : top.ofDirectory(path);
    }

    /// The entry at exactly `path`; a symlink is not followed. A directory that no layer describes, but in
    /// which some layer has something, is there with mode 0755 and owner 0:0.
    public Optional<Located> find(String path) {
        int implied = -1;
        for (int i = layers.size() - 1; i >= 0; i--) {
            TreeIndex layer = layers.get(i);
            Entry entry = layer.entry(path);
            if (entry != null) {
                return Optional.of(new Located(entry, i));
            }
            if (implied < 0 && layer.holdsBelow(path)) {
                implied = i;
            }
            if (layer.hides(path)) {
                break;
            }
        }
        return implied < 0
                ? Optional.empty()
                : Optional.of(new Located(Entry.directory(path, DEFAULT_MODE, 0, 0, Instant.EPOCH), implied));
    }

    /// Every layer's entries, also those that upper layers hide.
    Stream<Entry> entries() {
        return layers.stream().flatMap(layer -> layer.entries().stream());
    }

    /// Follows every symlink of `path` within the tree; parts that do not exist stay as they are.
    public String resolve(String path) {
        try {
            return PathWalk.resolve(
                    path,
                    at -> find(at).map(Located::entry)
                            .filter(e -> e.kind() == Entry.Kind.SYMLINK)
                            .map(Entry::link));
        } catch (IOException e) {
            throw new UncheckedIOException("an index is in memory", e);
        }
    }

    /// What is in a directory, by name; empty when `path` is none.
    public SortedMap<String, Located> children(String path) {
        var names = new TreeMap<String, Boolean>();
        for (TreeIndex layer : layers) {
            Entry self = layer.entry(path);
            boolean replaced = self != null && self.kind() != Entry.Kind.DIRECTORY;
            if (replaced || layer.isOpaque(path) || layer.hides(path)) {
                names.clear();
            }
            layer.deletedIn(path).forEach(names::remove);
            layer.children(path).forEach(name -> names.put(name, true));
        }
        var children = new TreeMap<String, Located>();
        names.keySet()
                .forEach(name -> find(ImagePaths.join(path, name)).ifPresent(located -> children.put(name, located)));
        return children;
    }

    /// The file that a hard link names, never a hard link itself.
    public Located target(Located link) {
        String target = link.entry().link();
        int links = 0;
        for (int i = link.layer(); i >= 0 && target != null && links < MAX_LINKS; ) {
            Entry entry = layers.get(i).entry(target);
            if (entry == null) {
                i--;
            } else if (entry.kind() == Entry.Kind.HARDLINK) {
                target = entry.link();
                links++;
            } else {
                return new Located(entry, i);
            }
        }
        throw new StrataException(Problem.of(
                ProblemCode.ImageInvalid,
                "the hard link " + link.entry().path() + " names no file",
                "the layer has no " + target,
                "pull the image again, or tell its author"));
    }

    /// The bytes of `etc/passwd` or `etc/group`, links followed; empty when it is not there or too large.
    public Optional<byte[]> smallFile(String path) {
        String resolved = resolve(path);
        return find(resolved)
                .flatMap(located -> Optional.ofNullable(
                        layers.get(located.layer()).smallFiles().get(resolved)));
    }
}
