/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What one layer holds: its entries, what it deletes, and the few small files that builds ask for
/// (`etc/passwd`, `etc/group`). Immutable.
public final class TreeIndex {
    private static final Set<String> KEPT = Set.of("etc/passwd", "etc/group");

    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, Set<String>> children = new HashMap<>();
    private final Map<String, Set<String>> deleted = new HashMap<>();
    private final List<Entry> inOrder;
    private final List<String> whiteouts;
    private final List<String> opaque;
    private final Set<String> opaqueSet;
    private final Map<String, byte[]> smallFiles;
    private final Set<String> implied;

    /// @param whiteouts paths of lower layers that are deleted
    /// @param opaque directories whose content in lower layers is hidden
    ///
    /// Throws a `StrataException` with `ImageInvalid` when something lies below what is no directory in the layer.
    TreeIndex(List<Entry> entries, List<String> whiteouts, List<String> opaque, Map<String, byte[]> smallFiles) {
        this.inOrder = List.copyOf(entries);
        this.whiteouts = List.copyOf(whiteouts);
        this.opaque = List.copyOf(opaque);
        this.opaqueSet = new HashSet<>(opaque);
        this.smallFiles = Map.copyOf(smallFiles);
        for (Entry entry : entries) {
            if (entry.kind() != Entry.Kind.DIRECTORY && children.containsKey(entry.path())) {
                throw contradiction(entry.path());
            }
            this.entries.put(entry.path(), entry);
            note(entry.path());
        }
        for (String path : whiteouts) {
            deleted.computeIfAbsent(ImagePaths.parent(path), _ -> new HashSet<>())
                    .add(ImagePaths.name(path));
        }
        this.implied = findImplied();
    }

    private Set<String> findImplied() {
        var directories = new TreeSet<>(children.keySet());
        directories.addAll(opaque);
        directories.addAll(deleted.keySet());
        for (String path : List.copyOf(directories)) {
            for (String up = path; !up.isEmpty(); up = ImagePaths.parent(up)) {
                directories.add(up);
            }
        }
        directories.remove("");
        for (String path : directories) {
            Entry described = entries.get(path);
            if (described != null && described.kind() != Entry.Kind.DIRECTORY) {
                throw contradiction(path);
            }
        }
        directories.removeAll(entries.keySet());
        return directories;
    }

    /// Unpacked in the order of the tar, what is below goes where a link leads, or away: no index could say so.
    private static StrataException contradiction(String path) {
        return new StrataException(Problem.of(
                ProblemCode.ImageInvalid,
                "a layer of the image contradicts itself: it has something below /" + path,
                "in the same layer /" + path + " is no directory",
                "make the image again so that each layer names a path once, or tell its author"));
    }

    /// Notes `path` and every directory above it as a child of its parent.
    private void note(String path) {
        for (String at = path; !at.isEmpty(); at = ImagePaths.parent(at)) {
            Set<String> names = children.computeIfAbsent(ImagePaths.parent(at), _ -> new TreeSet<>());
            if (!names.add(ImagePaths.name(at))) {
                return;
            }
        }
    }

    static boolean keepsContent(String path) {
        return KEPT.contains(path);
    }

    /// The entries in the order of the layer's tar.
    List<Entry> entries() {
        return inOrder;
    }

    List<String> whiteouts() {
        return whiteouts;
    }

    List<String> opaque() {
        return opaque;
    }

    Map<String, byte[]> smallFiles() {
        return smallFiles;
    }

    /// Whether it has something in a directory that no entry describes.
    public boolean impliesDirectories() {
        return !implied.isEmpty();
    }

    /// These directories.
    Set<String> implied() {
        return implied;
    }

    /// This layer with every path where `placement` says that it lies.
    TreeIndex placed(Placement placement) {
        var moved = new ArrayList<Entry>();
        for (Entry entry : inOrder) {
            Entry there = entry.withPath(placement.of(entry.path()));
            String link = entry.link();
            moved.add(entry.kind() == Entry.Kind.HARDLINK && link != null ? there.withLink(placement.of(link)) : there);
        }
        var files = new HashMap<String, byte[]>();
        smallFiles.forEach((path, content) -> files.put(placement.of(path), content));
        return new TreeIndex(
                moved,
                whiteouts.stream().map(placement::of).toList(),
                opaque.stream().map(placement::ofDirectory).toList(),
                files);
    }

    @Nullable
    Entry entry(String path) {
        return entries.get(path);
    }

    /// Whether something lies below `path`, though perhaps no entry describes the directory itself.
    boolean holdsBelow(String path) {
        return children.containsKey(path);
    }

    Set<String> children(String directory) {
        return children.getOrDefault(directory, Set.of());
    }

    Set<String> deletedIn(String directory) {
        return deleted.getOrDefault(directory, Set.of());
    }

    /// Whether what lower layers have at `path` is out of sight: deleted, below something deleted or
    /// opaque, or below what is no directory here.
    boolean hides(String path) {
        if (deletedIn(ImagePaths.parent(path)).contains(ImagePaths.name(path))) {
            return true;
        }
        for (String up = path; !up.isEmpty(); ) {
            up = ImagePaths.parent(up);
            Entry above = entries.get(up);
            boolean replaced = above != null && above.kind() != Entry.Kind.DIRECTORY;
            boolean gone = !up.isEmpty() && deletedIn(ImagePaths.parent(up)).contains(ImagePaths.name(up));
            if (replaced || gone || opaqueSet.contains(up)) {
                return true;
            }
        }
        return false;
    }

    boolean isOpaque(String directory) {
        return opaqueSet.contains(directory);
    }

    /// Collects an index while a layer is read; its size is bounded by the reader's [SizeBudget]. Not thread-safe.
    static final class Collector {
        private final List<Entry> entries = new ArrayList<>();
        private final List<String> whiteouts = new ArrayList<>();
        private final List<String> opaque = new ArrayList<>();
        private final Map<String, byte[]> smallFiles = new HashMap<>();

        void add(Entry entry) {
            entries.add(entry);
        }

        void whiteout(String path) {
            whiteouts.add(path);
        }

        void opaque(String directory) {
            opaque.add(directory);
        }

        void smallFile(String path, byte[] content) {
            smallFiles.put(path, content);
        }

        TreeIndex index() {
            return new TreeIndex(entries, whiteouts, opaque, smallFiles);
        }
    }
}
