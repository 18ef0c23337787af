/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.engine.layer.ContentSource;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.ImagePaths;
import dev.strata.engine.layer.LayerWriter;
import dev.strata.engine.layer.PathWalk;
import dev.strata.engine.layer.Tree;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a COPY, ADD or WORKDIR puts onto a parent tree, gathered in memory (entries only, no bytes) and
/// then written in path order; no entry in it is a hard link, see [#link]. It shows the parent's tree with
/// the changes on top, so that where something lands follows the links that are there. Not thread-safe.
final class ChangeSet {

    /// What is put at a path. All names of one file share one `file`, whatever is put at the others later.
    private record Change(Entry entry, Content file) {}

    /// Compared by identity: two files with equal bytes are two files.
    private static final class Content {
        private final @Nullable ContentSource source;

        private Content(@Nullable ContentSource source) {
            this.source = source;
        }
    }

    /// Byte order of UTF-8, which is also that of the layer.
    private static final Comparator<String> BYTE_ORDER =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));

    private final Tree parent;
    private final NavigableMap<String, Change> changes = new TreeMap<>(BYTE_ORDER);

    /// The parent's directories over which something else was put: what is in them is gone, also where a
    /// directory comes there again.
    private final Set<String> emptied = new HashSet<>();

    ChangeSet(Tree parent) {
        this.parent = parent;
    }

    /// The entry at exactly `path` after the changes so far.
    Optional<Entry> find(String path) {
        Change change = changes.get(path);
        if (change != null) {
            return Optional.of(change.entry);
        }
        for (String up = path; !up.isEmpty(); ) {
            up = ImagePaths.parent(up);
            Change above = changes.get(up);
            if (emptied.contains(up) || (above != null && above.entry.kind() != Entry.Kind.DIRECTORY)) {
                return Optional.empty();
            }
        }
        return parent.find(path).map(located -> located.entry());
    }

    boolean isDirectory(String path) {
        return path.isEmpty()
                || find(path).filter(e -> e.kind() == Entry.Kind.DIRECTORY).isPresent();
    }

    /// Follows every symlink in `path` within the tree; what does not exist stays as it is.
    String resolve(String path) throws IOException {
        return PathWalk.resolve(
                path, at -> find(at).filter(e -> e.kind() == Entry.Kind.SYMLINK).map(Entry::link));
    }

    /// Makes `path` and what is missing above it, as `mkdir -p`; what is there stays as it is.
    ///
    /// @param like gives the mode, owner and time of what is made; its path says nothing
    void makeDirectories(String path, Entry like) {
        if (path.isEmpty()) {
            return;
        }
        Optional<Entry> there = find(path);
        if (there.isEmpty()) {
            makeDirectories(ImagePaths.parent(path), like);
            changes.put(path, new Change(like.withPath(path), new Content(null)));
        } else if (there.get().kind() != Entry.Kind.DIRECTORY) {
            throw refused(path, "it is there already and is not a directory");
        } else {
            keepParents(path);
            changes.putIfAbsent(path, new Change(there.get(), new Content(null)));
        }
    }

    /// Puts `entry` at its path, over whatever is there; a directory over a directory keeps its content.
    void put(Entry entry, @Nullable ContentSource content) {
        put(entry, new Content(content));
    }

    /// Takes over the file that the parent has at `path`, if it shows here and is not changed yet: as overlayfs
    /// copies a file up that is to get another name. It gets the metadata of `link` and, as with every chown(2),
    /// loses its capabilities. BuildKit unpacks by moby/go-archive, archive.go, `createTarFile`.
    ///
    /// @param below the parent's files
    void copyUp(String path, Entry link, SourceTree below) throws IOException {
        Optional<Entry> there = find(path);
        if (changes.containsKey(path) || there.isEmpty() || there.get().kind() == Entry.Kind.DIRECTORY) {
            return;
        }
        Entry file = below.find(path).orElseThrow();
        var xattrs = new HashMap<>(file.xattrs());
        xattrs.remove("security.capability");
        Entry owned = file.withOwner(link.uid(), link.gid()).withXattrs(xattrs);
        put(
                file.kind() == Entry.Kind.SYMLINK
                        ? owned
                        : owned.withMode(link.mode()).withMtime(link.mtime()),
                file.kind() == Entry.Kind.FILE ? below.content(file) : null);
    }

    /// Makes `path` another name of what this change set has at `target` now, which is no directory.
    void link(String path, String target) {
        Change file = changes.get(target);
        if (file == null || file.entry.kind() == Entry.Kind.DIRECTORY) {
            throw notThere(path, target);
        }
        if (!path.equals(target)) {
            put(file.entry.withPath(path), file.file);
        }
    }

    private StrataException notThere(String path, String target) {
        return new StrataException(Problem.of(
                ProblemCode.ArchiveInvalid,
                "cannot make the hard link /" + path,
                isDirectory(target)
                        ? "it names /" + target + ", which is a directory"
                        : "it names /" + target + ", which is neither in the archive before it nor in the image below",
                "check the archive with `tar -tvf`"));
    }

    private void put(Entry entry, Content file) {
        String path = entry.path();
        keepParents(path);
        if (entry.kind() != Entry.Kind.DIRECTORY) {
            if (isDirectory(path)) {
                emptied.add(path);
            }
            changes.subMap(path + "/", true, path + "0", false).clear();
        }
        changes.put(path, new Change(entry, file));
    }

    /// Writes every change in path order. The first name of a file is the file, the others link to it.
    void writeTo(LayerWriter layer) throws IOException {
        var firstOf = new IdentityHashMap<Content, String>();
        for (Map.Entry<String, Change> each : changes.entrySet()) {
            Change change = each.getValue();
            String first = firstOf.putIfAbsent(change.file, each.getKey());
            if (first == null) {
                layer.add(change.entry, change.file.source);
            } else {
                layer.add(change.entry.linkTo(first), null);
            }
            if (change.entry.kind() == Entry.Kind.DIRECTORY && isEmptied(each.getKey())) {
                deleteOld(layer, each.getKey());
            }
        }
    }

    private boolean isEmptied(String directory) {
        for (String up = directory; !emptied.isEmpty() && !up.isEmpty(); up = ImagePaths.parent(up)) {
            if (emptied.contains(up)) {
                return true;
            }
        }
        return false;
    }

    /// Marks as deleted what the parent has in `directory` and is not put there again: a layer with both a name and
    /// its deletion is read in different ways.
    private void deleteOld(LayerWriter layer, String directory) throws IOException {
        for (String name : parent.children(directory).keySet()) {
            String path = ImagePaths.join(directory, name);
            if (!changes.containsKey(path)) {
                layer.whiteout(path);
            }
        }
    }

    /// A layer names the directories above what it puts, with the metadata that they have: an unpacker
    /// that would make them up cannot then change them. Those above a directory that is named are named.
    private void keepParents(String path) {
        for (String up = ImagePaths.parent(path); !up.isEmpty(); up = ImagePaths.parent(up)) {
            Optional<Entry> there = find(up);
            if (there.isEmpty() || there.get().kind() != Entry.Kind.DIRECTORY) {
                throw refused(path, up + " is not a directory");
            }
            if (changes.putIfAbsent(up, new Change(there.get(), new Content(null))) != null) {
                return;
            }
        }
    }

    private static StrataException refused(String path, String why) {
        return new StrataException(
                Problem.of(ProblemCode.InstructionFailed, "cannot write /" + path, why, "choose another destination"));
    }
}
