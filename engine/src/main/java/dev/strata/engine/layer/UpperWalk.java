/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The upper directory of an overlay as a layer: what a RUN changed, and never a scan of what it did not.
///
/// Whiteouts are written only for names that the parent has, opaque directories as explicit whiteouts, as
/// BuildKit's differ does (util/overlay/overlay_linux.go).
public final class UpperWalk {
    private static final String OPAQUE = "user.overlay.opaque";

    /// Whiteouts stand among the entries, so that the layer does not tell how its directory came about.
    private static final Comparator<String> BYTE_ORDER =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final RootDirectory upper;
    private final Tree parent;
    private final LayerWriter out;
    private final StandIns owners;
    private final Set<String> skip;
    private final Leftovers leftovers;
    private final Set<String> aboveSkipped = new TreeSet<>();
    private final Map<List<Long>, String> linked = new HashMap<>();

    private UpperWalk(
            RootDirectory upper, Tree parent, LayerWriter out, Set<String> skip, Leftovers leftovers, Owners owners) {
        this.upper = upper;
        this.parent = parent;
        this.out = out;
        this.owners = owners.over(parent);
        this.skip = skip;
        this.leftovers = leftovers;
        for (String path : skip) {
            for (String up = path; !up.isEmpty(); ) {
                up = ImagePaths.parent(up);
                aboveSkipped.add(up);
            }
        }
    }

    /// Writes the changes in `upper` over `parent`.
    ///
    /// @param skip paths that were made as mount points for the RUN; they are left out, and so are
    ///   directories that changed for nothing else
    /// @param leftovers gets what of `upper` was not written
    public static void write(Path upper, Tree parent, LayerWriter out, Set<String> skip, Leftovers leftovers)
            throws IOException {
        write(upper, parent, out, skip, leftovers, Owners.ofProcess());
    }

    static void write(Path upper, Tree parent, LayerWriter out, Set<String> skip, Leftovers leftovers, Owners owners)
            throws IOException {
        try (RootDirectory root = RootDirectory.open(upper)) {
            new UpperWalk(root, parent, out, skip, leftovers, owners).children("", false);
        }
    }

    /// @param cutOff whether `directory` lies in one that was made anew: overlayfs marks only the topmost
    ///   such directory as opaque, and nothing of the parent shows anywhere below it
    private void children(String directory, boolean cutOff) throws IOException {
        boolean hidesParent = cutOff || isOpaque(directory);
        Set<String> names = new HashSet<>(upper.list(directory));
        Set<String> all = new TreeSet<>(BYTE_ORDER);
        all.addAll(names);
        if (hidesParent) {
            all.addAll(parent.children(directory).keySet());
        }
        for (String name : all) {
            String path = ImagePaths.join(directory, name);
            if (names.contains(name)) {
                visit(path, hidesParent);
            } else {
                out.whiteout(path);
            }
        }
    }

    private boolean isOpaque(String directory) throws IOException {
        byte[] value = upper.xattrs(directory).get(OPAQUE);
        return value != null && new String(value, StandardCharsets.US_ASCII).equals("y");
    }

    private void visit(String path, boolean cutOff) throws IOException {
        FileStatus status = upper.status(path).orElseThrow(() -> new IOException("vanished: " + path));
        boolean whiteout = status.kind() == FileStatus.Kind.CHARACTER_DEVICE
                && status.deviceMajor() == 0
                && status.deviceMinor() == 0;
        if (whiteout) {
            if (parent.find(path).isPresent()) {
                out.whiteout(path);
            } else {
                leftovers.path(path);
            }
            return;
        }
        if (status.kind() == FileStatus.Kind.SOCKET || isMountPointOnly(path, status)) {
            leftovers.path(path);
            return;
        }
        if (status.kind() == FileStatus.Kind.DIRECTORY) {
            Entry entry = entry(path, status, null);
            boolean leftOut = onlyHoldsMountPoints(entry);
            if (!leftOut) {
                out.add(entry, null);
            }
            children(path, cutOff);
            if (leftOut) {
                leftovers.path(path);
            }
            return;
        }
        String first = status.links() > 1 ? linked.putIfAbsent(List.of(status.device(), status.inode()), path) : null;
        Entry entry = entry(path, status, first);
        out.add(entry, entry.kind() == Entry.Kind.FILE ? () -> upper.read(path) : null);
    }

    /// A mount point that was made for the RUN and in which the RUN put nothing.
    private boolean isMountPointOnly(String path, FileStatus status) throws IOException {
        if (!skip.contains(path)) {
            return false;
        }
        if (status.kind() != FileStatus.Kind.DIRECTORY) {
            return true;
        }
        for (String name : upper.list(path)) {
            String child = ImagePaths.join(path, name);
            if (!isMountPointOnly(child, upper.status(child).orElseThrow())) {
                return false;
            }
        }
        return true;
    }

    /// A directory that overlayfs copied up only because a mount point was made below it.
    private boolean onlyHoldsMountPoints(Entry entry) throws IOException {
        return parent.find(entry.path())
                        .map(Located::entry)
                        .filter(before -> before.kind() == Entry.Kind.DIRECTORY
                                && before.mode() == entry.mode()
                                && before.uid() == entry.uid()
                                && before.gid() == entry.gid())
                        .isPresent()
                && nothingButMountPoints(entry.path());
    }

    private boolean nothingButMountPoints(String directory) throws IOException {
        if (!aboveSkipped.contains(directory)) {
            return false;
        }
        for (String name : upper.list(directory)) {
            String child = ImagePaths.join(directory, name);
            if (!isMountPointOnly(child, upper.status(child).orElseThrow()) && !nothingButMountPoints(child)) {
                return false;
            }
        }
        return true;
    }

    private Entry entry(String path, FileStatus status, @Nullable String firstLink) throws IOException {
        Entry.Kind kind = firstLink != null ? Entry.Kind.HARDLINK : kind(status.kind());
        return new Entry(
                path,
                kind,
                status.mode(),
                owners.user(path, status),
                owners.group(path, status),
                kind == Entry.Kind.FILE ? status.size() : 0,
                status.mtime(),
                firstLink != null ? firstLink : status.link(),
                status.deviceMajor(),
                status.deviceMinor(),
                firstLink != null ? Map.of() : xattrs(path),
                null);
    }

    private static Entry.Kind kind(FileStatus.Kind kind) {
        return switch (kind) {
            case FILE -> Entry.Kind.FILE;
            case DIRECTORY -> Entry.Kind.DIRECTORY;
            case SYMLINK -> Entry.Kind.SYMLINK;
            case CHARACTER_DEVICE -> Entry.Kind.CHARACTER_DEVICE;
            case BLOCK_DEVICE -> Entry.Kind.BLOCK_DEVICE;
            case FIFO -> Entry.Kind.FIFO;
            case SOCKET -> throw new IllegalArgumentException("sockets are skipped");
        };
    }

    private Map<String, String> xattrs(String path) throws IOException {
        var all = new TreeMap<String, String>();
        upper.xattrs(path).forEach((name, value) -> {
            all.put(name, Base64.getEncoder().encodeToString(value));
            leftovers.attribute(path, name);
        });
        return all;
    }
}
