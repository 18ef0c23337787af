/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.dockerfile.GlobPattern;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.ImagePaths;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Which paths of a tree the sources of a COPY or ADD name.
final class SourcePaths {
    private final SourceTree tree;

    SourcePaths(SourceTree tree) {
        this.tree = tree;
    }

    /// Every path, wildcards expanded in byte order. A pattern may match nothing; a plain path must be there,
    /// and so must the directory before a pattern's first wildcard.
    List<String> of(List<String> sources) throws IOException {
        var paths = new ArrayList<String>();
        for (String written : sources) {
            String cleaned = ImagePaths.clean(written);
            if (GlobPattern.isPattern(cleaned)) {
                expand(written, List.of(cleaned.split("/")), paths);
            } else if (tree.find(tree.resolve(cleaned)).isPresent()) {
                paths.add(cleaned);
            } else {
                throw notFound(written, cleaned);
            }
        }
        return paths;
    }

    /// Links are followed before the first wildcard, and not behind it. tonistiigi/fsutil, copy/copy.go,
    /// `ResolveWildcards`.
    private void expand(String written, List<String> parts, List<String> found) throws IOException {
        int plain = 0;
        while (!GlobPattern.isPattern(parts.get(plain))) {
            plain++;
        }
        String before = String.join("/", parts.subList(0, plain));
        String directory = tree.resolve(before);
        if (!isDirectory(directory)) {
            throw notFound(written, before);
        }
        match(directory, parts.subList(plain, parts.size()), found);
    }

    private void match(String directory, List<String> patterns, List<String> found) throws IOException {
        if (!isDirectory(directory)) {
            return;
        }
        var pattern = GlobPattern.parse(patterns.getFirst());
        for (String name : tree.children(directory)) {
            if (!pattern.matches(name)) {
                continue;
            }
            String path = ImagePaths.join(directory, name);
            if (patterns.size() == 1) {
                found.add(path);
            } else {
                match(path, patterns.subList(1, patterns.size()), found);
            }
        }
    }

    private boolean isDirectory(String path) throws IOException {
        return path.isEmpty()
                || tree.find(path).filter(e -> e.kind() == Entry.Kind.DIRECTORY).isPresent();
    }

    StrataException notFound(String written, String path) {
        return new StrataException(Problem.of(
                ProblemCode.CopySourceNotFound,
                "source not found: " + written,
                tree.whereMissing(path),
                "check the path; it is relative to the root of what is copied from"));
    }
}
