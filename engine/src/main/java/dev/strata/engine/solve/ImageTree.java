/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.content.Digest;
import dev.strata.engine.layer.ContentSource;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.layer.Located;
import dev.strata.engine.layer.Tree;
import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The tree of an image or stage. What is there comes from the indexes; only the layer that holds a file
/// that is really copied is unpacked.
final class ImageTree implements SourceTree {
    /// Gives the directory into which the last of some layers is unpacked.
    interface Unpacked {
        Path of(List<Layer> baseFirst) throws IOException;
    }

    private final Tree tree;
    private final List<Layer> layers;
    private final Unpacked unpacked;

    ImageTree(Tree tree, List<Layer> layers, Unpacked unpacked) {
        this.tree = tree;
        this.layers = List.copyOf(layers);
        this.unpacked = unpacked;
    }

    @Override
    public Optional<Entry> find(String path) {
        return tree.find(path).map(this::file);
    }

    /// A hard link is copied as the file that it names.
    private Entry file(Located located) {
        return located.entry().kind() == Entry.Kind.HARDLINK
                ? tree.target(located).entry().withPath(located.entry().path())
                : located.entry();
    }

    @Override
    public String resolve(String path) {
        return tree.resolve(path);
    }

    @Override
    public List<String> children(String path) {
        return List.copyOf(tree.children(path).keySet());
    }

    @Override
    public ContentSource content(Entry file) throws IOException {
        Located located = tree.find(file.path()).orElseThrow();
        Path directory = unpacked.of(layers.subList(0, located.layer() + 1));
        ContentSource content = () -> {
            try (RootDirectory root = RootDirectory.open(directory)) {
                return root.read(file.path());
            }
        };
        return KnownContent.of(
                content,
                digest(file),
                () -> new StrataException(Problem.of(
                        ProblemCode.ImageInvalid,
                        "the image that is copied from contradicts itself: /" + file.path(),
                        "unpacked, the file has other bytes than its layer lists, as when the file that a hard link names is"
                                + " there twice",
                        "use another image, or tell its author")));
    }

    @Override
    public Digest digest(Entry file) {
        Digest content = file.content();
        if (content == null) {
            throw new IllegalStateException("the index has no digest of " + file.path());
        }
        return content;
    }

    /// The file in the layer that first has it: every hard link leads there.
    @Override
    public Object identity(Entry file) {
        Located located = tree.find(file.path()).orElseThrow();
        return located.entry().kind() == Entry.Kind.HARDLINK ? tree.target(located) : located;
    }

    @Override
    public boolean isLive() {
        return false;
    }

    @Override
    public String whereMissing(String path) {
        return "the image it is copied from has no such path";
    }
}
