/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.ImagePaths;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.plan.Operation;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// COPY and ADD: entries of a source tree onto a parent tree, without unpacking either.
///
/// Rules of where things land: BuildKit, frontend/dockerfile/docs/reference.md "COPY", and
/// tonistiigi/fsutil's copy. A directory's *content* is copied: the destination keeps its mode and owner if
/// it is there, and directories below it get those of their source. A file onto a directory lands in it.
final class CopyStep implements LayerStep {
    private static final int PERMISSIONS = 0777;

    private final Operation.Copy copy;
    private final SourceTree source;
    private final SourcePaths paths;
    private final Instant madeAt;
    private final Store store;

    /// What the sources had in them when the key was made.
    private @Nullable CacheKey contents;

    /// @param madeAt mtime of directories that the copy must make up
    CopyStep(Operation.Copy copy, SourceTree source, Instant madeAt, Store store) {
        this.copy = copy;
        this.source = source;
        this.paths = new SourcePaths(source);
        this.madeAt = madeAt;
        this.store = store;
    }

    @Override
    public String kind() {
        return copy.unpack() ? "add" : "copy";
    }

    @Override
    public CacheKey key(CacheKey.Builder key, Solver.Parent parent) throws IOException {
        key.add("destination", copy.destination())
                .add("chown", String.valueOf(copy.chown()))
                .add("chmod", String.valueOf(copy.chmod()))
                .add("made-at", madeAt.toString());
        contents = contents();
        return key.add("contents", contents.toString()).key();
    }

    private CacheKey contents() throws IOException {
        CacheKey.Builder key = CacheKey.of("contents", List.of());
        for (String path : paths.of(copy.sources())) {
            // The name decides where a file lands, the path before it does not.
            key.add("source", ImagePaths.name(path));
            addContent(key, source.resolve(path), "", new HashMap<>());
        }
        return key.key();
    }

    private void addContent(CacheKey.Builder key, String path, String relative, Map<Object, String> firstOf)
            throws IOException {
        Entry entry = root(path);
        key.add("path", relative)
                .add("kind", entry.kind().name())
                .add("mode", Integer.toOctalString(entry.mode()))
                .add("owner", entry.uid() + ":" + entry.gid())
                .add("device", entry.deviceMajor() + ":" + entry.deviceMinor())
                .add("link", String.valueOf(entry.link()));
        entry.xattrs().forEach(key::add);
        if (entry.kind() == Entry.Kind.FILE) {
            String first = firstOf.putIfAbsent(source.identity(entry), relative);
            key.add("content", source.digest(entry).toString());
            if (first != null) {
                key.add("same-file-as", first);
            }
        }
        if (entry.kind() == Entry.Kind.DIRECTORY) {
            List<String> children = source.children(path);
            key.add("children", String.valueOf(children.size()));
            for (String name : children) {
                addContent(key, ImagePaths.join(path, name), ImagePaths.join(relative, name), firstOf);
            }
        }
    }

    @Override
    public Layer make(Solver.Parent parent, SolveOptions options) throws IOException {
        var changes = new ChangeSet(parent.tree());
        String chown = copy.chown();
        Owner owner = chown == null ? null : Owner.parse(chown, parent.tree());
        try (var archives = new ArchiveSpool(store.temporary(), parent.files())) {
            for (String path : paths.of(copy.sources())) {
                copyOne(changes, path, owner, archives);
            }
            Layer layer = store.write(options, changes::writeTo);
            requireUnchanged();
            return layer;
        }
    }

    /// The layer is kept under a key, so it must hold what the key was made of. The bytes of files are compared
    /// as they are read.
    private void requireUnchanged() throws IOException {
        if (source.isLive() && contents != null && !contents().equals(contents)) {
            throw new StrataException(Problem.of(
                    ProblemCode.InstructionFailed,
                    "the sources changed while they were read: " + String.join(" ", copy.sources()),
                    "something writes to the build context during the build",
                    "build again when it has ended"));
        }
    }

    private void copyOne(ChangeSet changes, String path, @Nullable Owner owner, ArchiveSpool archives)
            throws IOException {
        Entry entry = root(source.resolve(path));
        Entry plain = (owner == null ? Owner.ROOT : owner).directory(madeAt);
        Entry made = madeUp(plain);
        String destination = changes.resolve(copy.destination());
        if (entry.kind() == Entry.Kind.DIRECTORY) {
            changes.makeDirectories(ImagePaths.parent(destination), made);
            top(changes, destination, made.withMtime(entry.mtime()));
            copyChildren(new Target(changes, owner, new HashMap<>()), entry, destination);
            return;
        }
        if (copy.unpack() && entry.kind() == Entry.Kind.FILE) {
            Optional<ArchiveSpool.Archive> archive = archives.open(entry.path(), source.content(entry));
            if (archive.isPresent()) {
                changes.makeDirectories(destination, plain);
                archive.get().unpack(changes, destination, owner);
                return;
            }
        }
        boolean into = copy.destination().endsWith("/") || changes.isDirectory(destination);
        String target = into ? ImagePaths.join(destination, ImagePaths.name(path)) : destination;
        changes.makeDirectories(ImagePaths.parent(target), made);
        copyFile(new Target(changes, owner, new HashMap<>()), entry, changes.resolve(target));
    }

    /// @param firstOf where the first name of each file of *this* copy went: hard links among the files of
    ///   one copy stay, as BuildKit keeps them. tonistiigi/fsutil, copy/hardlink.go.
    private record Target(ChangeSet changes, @Nullable Owner owner, Map<Object, String> firstOf) {}

    /// The directory that takes the content: it gets nothing of the source's own metadata but the time, also
    /// where it is there already. tonistiigi/fsutil, copy/copy.go, `prepareTargetDir` and `copyFileTimestamp`.
    private void top(ChangeSet changes, String destination, Entry made) {
        if (!changes.isDirectory(destination) && changes.find(destination).isPresent()) {
            throw cannot("/" + destination + " is there already and is not a directory");
        }
        changes.makeDirectories(destination, made);
        if (!destination.isEmpty()) {
            changes.find(destination).ifPresent(top -> changes.put(top.withMtime(made.mtime()), null));
        }
    }

    /// What `--chmod` makes of a directory that is made up: its permission bits alone, as BuildKit's mkdir.
    private Entry madeUp(Entry directory) {
        Integer chmod = copy.chmod();
        return chmod == null ? directory : directory.withMode(chmod & PERMISSIONS);
    }

    private void copyChildren(Target target, Entry directory, String destination) throws IOException {
        for (String name : source.children(directory.path())) {
            Entry child = root(ImagePaths.join(directory.path(), name));
            String path = ImagePaths.join(destination, name);
            if (child.kind() == Entry.Kind.DIRECTORY) {
                copyDirectory(target, child, path);
            } else {
                copyFile(target, child, path);
            }
        }
    }

    /// A directory below the top brings its mode, owner and time also where one is already; attributes
    /// are added. tonistiigi/fsutil, copy/copy.go, `copy` with `overwriteTargetMetadata`.
    private void copyDirectory(Target target, Entry directory, String destination) throws IOException {
        Optional<Entry> there = target.changes.find(destination);
        if (there.isPresent() && there.get().kind() != Entry.Kind.DIRECTORY) {
            throw cannot("/" + destination + " is there already and is not a directory");
        }
        var xattrs = new HashMap<>(there.map(Entry::xattrs).orElse(Map.of()));
        xattrs.putAll(directory.xattrs());
        target.changes.put(owned(directory, destination, target.owner).withXattrs(xattrs), null);
        copyChildren(target, directory, destination);
    }

    private void copyFile(Target target, Entry file, String destination) throws IOException {
        if (target.changes.isDirectory(destination)) {
            throw cannot("a file cannot replace the directory /" + destination);
        }
        if (file.kind() != Entry.Kind.FILE) {
            target.changes.put(owned(file, destination, target.owner), null);
            return;
        }
        String first = target.firstOf.putIfAbsent(source.identity(file), destination);
        if (first == null) {
            target.changes.put(owned(file, destination, target.owner), source.content(file));
        } else {
            target.changes.link(destination, first);
        }
    }

    private Entry owned(Entry from, String path, @Nullable Owner owner) {
        Entry entry = from.withPath(path);
        return withChmod(owner == null ? entry : entry.withOwner(owner.uid(), owner.gid()));
    }

    private Entry withChmod(Entry entry) {
        Integer chmod = copy.chmod();
        return chmod == null || entry.kind() == Entry.Kind.SYMLINK ? entry : entry.withMode(chmod);
    }

    /// The entry at a resolved path; the root is a directory even where nothing describes it.
    private Entry root(String path) throws IOException {
        return source.find(path)
                .or(() -> path.isEmpty() ? Optional.of(Entry.directory("", 0755, 0, 0, madeAt)) : Optional.empty())
                .orElseThrow(() -> paths.notFound(path, path));
    }

    private StrataException cannot(String why) {
        return new StrataException(Problem.of(
                ProblemCode.InstructionFailed,
                "cannot copy to " + copy.destination(),
                why,
                "choose another destination, or end it with a slash to copy into a directory"));
    }
}
