/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.dockerfile.GlobPattern;
import dev.strata.engine.layer.ContentSource;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.ImagePaths;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.plan.Operation;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// COPY and ADD: entries of a source tree onto a parent tree, without unpacking either.
///
/// Rules of where things land: BuildKit, frontend/dockerfile/docs/reference.md "COPY", and
/// tonistiigi/fsutil's copy. A directory's *content* is copied; a directory that is there keeps its mode
/// and owner; a file onto a directory lands in it.
final class CopyStep implements LayerStep {
    private final Operation.Copy copy;
    private final SourceTree source;
    private final Instant madeAt;
    private final Store store;

    /// @param madeAt mtime of directories that the copy must make up
    CopyStep(Operation.Copy copy, SourceTree source, Instant madeAt, Store store) {
        this.copy = copy;
        this.source = source;
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
        for (String path : sources()) {
            // The name decides where a file lands, the path before it does not.
            key.add("source", ImagePaths.name(path));
            addContent(key, source.resolve(path), "");
        }
        return key.key();
    }

    private void addContent(CacheKey.Builder key, String path, String relative) throws IOException {
        Entry entry = root(path);
        key.add("path", relative)
                .add("kind", entry.kind().name())
                .add("mode", Integer.toOctalString(entry.mode()))
                .add("owner", entry.uid() + ":" + entry.gid())
                .add("device", entry.deviceMajor() + ":" + entry.deviceMinor())
                .add("link", String.valueOf(entry.link()));
        entry.xattrs().forEach(key::add);
        if (entry.kind() == Entry.Kind.FILE) {
            key.add("content", source.digest(entry).toString());
        }
        if (entry.kind() == Entry.Kind.DIRECTORY) {
            List<String> children = source.children(path);
            key.add("children", String.valueOf(children.size()));
            for (String name : children) {
                addContent(key, ImagePaths.join(path, name), ImagePaths.join(relative, name));
            }
        }
    }

    @Override
    public Layer make(Solver.Parent parent, SolveOptions options) throws IOException {
        var changes = new ChangeSet(parent.tree());
        String chown = copy.chown();
        Owner owner = chown == null ? null : Owner.parse(chown, parent.tree());
        try (var archives = new ArchiveSpool(store.temporary())) {
            for (String path : sources()) {
                copyOne(changes, path, owner, archives);
            }
            return store.write(options, changes::writeTo);
        }
    }

    private void copyOne(ChangeSet changes, String path, @Nullable Owner owner, ArchiveSpool archives)
            throws IOException {
        Entry entry = root(source.resolve(path));
        Owner made = owner == null ? Owner.ROOT : owner;
        String destination = changes.resolve(copy.destination());
        if (entry.kind() == Entry.Kind.DIRECTORY) {
            changes.makeDirectories(ImagePaths.parent(destination), made, madeAt);
            copyDirectory(changes, entry, destination, owner);
            return;
        }
        if (copy.unpack() && entry.kind() == Entry.Kind.FILE) {
            Optional<ArchiveSpool.Archive> archive = archives.open(source.content(entry));
            if (archive.isPresent()) {
                changes.makeDirectories(destination, made, madeAt);
                archive.get().unpack(changes, destination, owner);
                return;
            }
        }
        boolean into = copy.destination().endsWith("/") || changes.isDirectory(destination);
        String target = into ? ImagePaths.join(destination, ImagePaths.name(path)) : destination;
        changes.makeDirectories(ImagePaths.parent(target), made, madeAt);
        copyFile(changes, entry, changes.resolve(target), owner);
    }

    private void copyDirectory(ChangeSet changes, Entry directory, String destination, @Nullable Owner owner)
            throws IOException {
        if (!changes.isDirectory(destination)) {
            if (changes.find(destination).isPresent()) {
                throw cannot("/" + destination + " is there already and is not a directory");
            }
            changes.put(owned(directory, destination, owner), null);
        } else if (!destination.isEmpty()) {
            changes.makeDirectories(destination, Owner.ROOT, madeAt);
        }
        for (String name : source.children(directory.path())) {
            Entry child = root(ImagePaths.join(directory.path(), name));
            String path = ImagePaths.join(destination, name);
            if (child.kind() == Entry.Kind.DIRECTORY) {
                copyDirectory(changes, child, path, owner);
            } else {
                copyFile(changes, child, path, owner);
            }
        }
    }

    private void copyFile(ChangeSet changes, Entry file, String destination, @Nullable Owner owner) throws IOException {
        if (changes.isDirectory(destination)) {
            throw cannot("a file cannot replace the directory /" + destination);
        }
        ContentSource content = file.kind() == Entry.Kind.FILE ? source.content(file) : null;
        changes.put(owned(file, destination, owner), content);
    }

    private Entry owned(Entry from, String path, @Nullable Owner owner) {
        Entry entry = from.withPath(path);
        if (owner != null) {
            entry = entry.withOwner(owner.uid(), owner.gid());
        }
        Integer chmod = copy.chmod();
        return chmod == null || entry.kind() == Entry.Kind.SYMLINK ? entry : entry.withMode(chmod);
    }

    /// Every source path, wildcards expanded in byte order. A pattern may match nothing; a plain path
    /// must be there.
    private List<String> sources() throws IOException {
        var paths = new ArrayList<String>();
        for (String written : copy.sources()) {
            String cleaned = ImagePaths.clean(written);
            if (GlobPattern.isPattern(cleaned)) {
                match("", List.of(cleaned.split("/")), paths);
            } else if (source.find(source.resolve(cleaned)).isPresent()) {
                paths.add(cleaned);
            } else {
                throw notFound(written, cleaned);
            }
        }
        return paths;
    }

    private void match(String directory, List<String> patterns, List<String> found) throws IOException {
        String resolved = source.resolve(directory);
        if (root(resolved).kind() != Entry.Kind.DIRECTORY) {
            return;
        }
        var pattern = GlobPattern.parse(patterns.getFirst());
        for (String name : source.children(resolved)) {
            if (!pattern.matches(name)) {
                continue;
            }
            String path = ImagePaths.join(directory, name);
            if (patterns.size() == 1) {
                found.add(path);
            } else if (source.find(source.resolve(path)).isPresent()) {
                match(path, patterns.subList(1, patterns.size()), found);
            }
        }
    }

    /// The entry at a resolved path; the root is a directory even where nothing describes it.
    private Entry root(String path) throws IOException {
        return source.find(path)
                .or(() -> path.isEmpty() ? Optional.of(Entry.directory("", 0755, 0, 0, madeAt)) : Optional.empty())
                .orElseThrow(() -> notFound(path, path));
    }

    private StrataException notFound(String written, String path) {
        return new StrataException(Problem.of(
                ProblemCode.CopySourceNotFound,
                "source not found: " + written,
                source.whereMissing(path),
                "check the path; it is relative to the root of what is copied from"));
    }

    private StrataException cannot(String why) {
        return new StrataException(Problem.of(
                ProblemCode.InstructionFailed,
                "cannot copy to " + copy.destination(),
                why,
                "choose another destination, or end it with a slash to copy into a directory"));
    }
}
