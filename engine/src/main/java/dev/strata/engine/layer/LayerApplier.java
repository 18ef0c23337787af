/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.linux.Errno;
import dev.strata.engine.linux.ErrnoException;
import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.FileWriter;
import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Unpacks a layer into an empty directory that overlayfs can take as a lower one: a whiteout becomes a 0/0
/// character device, an opaque directory gets `user.overlay.opaque`. Kernel, Documentation/filesystems/overlayfs.rst.
///
/// What a user namespace forbids is left out, because the index keeps it: device nodes, and owners that
/// the namespace does not have ([Owners]). Nothing is ever written outside the directory.
public final class LayerApplier implements LayerReader.Visitor {
    private static final String OPAQUE = "user.overlay.opaque";
    private static final int DIRECTORY_MODE = 0755;

    private final RootDirectory root;
    private final Layer layer;
    private final Tree tree;
    private final Owners owners;
    private final Map<String, Entry> directories = new LinkedHashMap<>();
    private final Set<String> whiteouts = new HashSet<>();

    private LayerApplier(RootDirectory root, Layer layer, Tree tree, Owners owners) {
        this.root = root;
        this.layer = layer;
        this.tree = tree;
        this.owners = owners;
    }

    /// Unpacks `layer`, whose blob is in `blobs`, into the empty `directory`; directories that it only
    /// implies become 0755 and 0:0.
    public static void apply(Layer layer, BlobStore blobs, Path directory) throws IOException {
        apply(layer, blobs, Tree.of(List.of()), directory);
    }

    /// Unpacks `layer`, the topmost of `tree`; directories that it only implies are as the tree has them.
    public static void apply(Layer layer, BlobStore blobs, Tree tree, Path directory) throws IOException {
        apply(layer, blobs, tree, directory, Owners.ofProcess());
    }

    static void apply(Layer layer, BlobStore blobs, Tree tree, Path directory, Owners owners) throws IOException {
        try (RootDirectory root = RootDirectory.open(directory)) {
            var applier = new LayerApplier(root, layer, tree, owners);
            LayerReader.read(layer, blobs, applier);
            applier.finishDirectories();
        }
    }

    @Override
    public void entry(Entry given, InputStream content) throws IOException {
        Entry entry = given.withPath(tree.placed(given.path()));
        String path = entry.path();
        if (entry.kind() == Entry.Kind.DIRECTORY) {
            directory(entry);
            return;
        }
        makeParents(path);
        if (root.status(path).isPresent()) {
            remove(path);
        }
        switch (entry.kind()) {
            case FILE -> {
                try (FileWriter file = root.makeFile(path)) {
                    content.transferTo(file);
                }
            }
            case SYMLINK -> root.makeSymlink(path, String.valueOf(entry.link()));
            case HARDLINK -> hardLink(path, tree.placed(String.valueOf(entry.link())));
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> {
                if (!node(entry)) {
                    return;
                }
            }
            case DIRECTORY -> throw new AssertionError("made above");
        }
        if (entry.kind() != Entry.Kind.HARDLINK) {
            metadata(entry);
        }
    }

    private void directory(Entry entry) throws IOException {
        String path = entry.path();
        if (!path.isEmpty()) {
            makeParents(path);
            Optional<FileStatus> there = root.status(path);
            if (there.isPresent() && there.get().kind() != FileStatus.Kind.DIRECTORY) {
                remove(path);
                there = Optional.empty();
            }
            if (there.isEmpty()) {
                root.makeDirectory(path, DIRECTORY_MODE);
                if (whiteouts.contains(path)) {
                    markOpaque(path);
                }
            }
        }
        directories.put(path, entry);
    }

    /// Owners and modes of directories are set last: a read-only one could not be filled, and filling it
    /// changes its time.
    private void finishDirectories() throws IOException {
        for (Entry entry : directories.values().stream().toList().reversed()) {
            if (root.status(entry.path())
                    .filter(status -> status.kind() == FileStatus.Kind.DIRECTORY)
                    .isPresent()) {
                metadata(entry);
            }
        }
    }

    private void hardLink(String path, String target) throws IOException {
        try {
            root.makeHardLink(path, target);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            throw invalid("the hard link " + path + " names " + target + ", which is not in the same layer", e);
        }
    }

    private StrataException invalid(String why, @Nullable Throwable cause) {
        return new StrataException(
                Problem.of(
                        ProblemCode.ImageInvalid,
                        "the layer " + layer.blob().digest() + " cannot be unpacked",
                        why,
                        "pull the image again, or tell its author"),
                cause);
    }

    /// False when a user namespace does not let us make the node.
    private boolean node(Entry entry) throws IOException {
        FileStatus.Kind kind = switch (entry.kind()) {
            case CHARACTER_DEVICE -> FileStatus.Kind.CHARACTER_DEVICE;
            case BLOCK_DEVICE -> FileStatus.Kind.BLOCK_DEVICE;
            case FIFO, FILE, DIRECTORY, SYMLINK, HARDLINK -> FileStatus.Kind.FIFO;
        };
        try {
            root.makeNode(entry.path(), kind, entry.deviceMajor(), entry.deviceMinor());
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPERM) {
                return false;
            }
            throw e;
        }
    }

    private void metadata(Entry entry) throws IOException {
        String path = entry.path();
        root.chown(path, owners.userOnDisk(entry.uid()), owners.groupOnDisk(entry.gid()));
        if (entry.kind() != Entry.Kind.SYMLINK) {
            root.chmod(path, entry.mode());
        }
        for (Map.Entry<String, String> xattr : entry.xattrs().entrySet()) {
            xattr(path, xattr.getKey(), Base64.getDecoder().decode(xattr.getValue()));
        }
        root.setTime(path, entry.mtime());
    }

    /// Only what a container can see: `trusted.*` needs the host's rights, overlayfs's own must not be
    /// forged by a layer.
    private void xattr(String path, String name, byte[] value) throws IOException {
        if (ImageXattrs.belongs(name)) {
            root.setXattr(path, name, value);
        }
    }

    @Override
    public void whiteout(String given) throws IOException {
        String path = tree.placed(given);
        makeParents(path);
        whiteouts.add(path);
        Optional<FileStatus> there = root.status(path);
        if (there.isEmpty()) {
            root.makeNode(path, FileStatus.Kind.CHARACTER_DEVICE, 0, 0);
        } else if (there.get().kind() == FileStatus.Kind.DIRECTORY) {
            markOpaque(path);
        }
    }

    @Override
    public void opaque(String given) throws IOException {
        String directory = tree.placedDirectory(given);
        makeImplied(directory);
        markOpaque(directory);
    }

    /// What lower layers have in `directory` is out of sight, also when the layer replaces it.
    private void markOpaque(String directory) throws IOException {
        root.setXattr(directory, OPAQUE, "y".getBytes(StandardCharsets.US_ASCII));
    }

    private void makeParents(String path) throws IOException {
        makeImplied(ImagePaths.parent(path));
    }

    /// Makes a directory that the layer itself may never describe, with the metadata that [Tree] gives it.
    private void makeImplied(String path) throws IOException {
        if (!path.isEmpty() && !root.isDirectory(path)) {
            if (!whiteouts.contains(path) && root.status(path).isPresent()) {
                throw invalid("something is below " + path + ", which is no directory", null);
            }
            directory(tree.find(path)
                    .map(Located::entry)
                    .filter(there -> there.kind() == Entry.Kind.DIRECTORY)
                    .orElse(Entry.directory(path, DIRECTORY_MODE, 0, 0, Instant.EPOCH)));
        }
    }

    private void remove(String path) throws IOException {
        root.removeTree(path);
        directories.keySet().removeIf(known -> known.equals(path) || known.startsWith(path + "/"));
    }
}
