/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/// A directory as text.
final class FileTree {
    private FileTree() {}

    /// Every path with what statx and listxattr say of it, but for the times of directories that tar
    /// makes up.
    static Map<String, String> of(Path directory) throws IOException {
        var lines = new TreeMap<String, String>();
        try (RootDirectory root = RootDirectory.open(directory)) {
            walk(root, "", lines);
        }
        return lines;
    }

    private static void walk(RootDirectory root, String directory, Map<String, String> lines) throws IOException {
        for (String name : root.list(directory)) {
            String path = ImagePaths.join(directory, name);
            FileStatus s = root.status(path).orElseThrow();
            String attributes = root.xattrs(path).entrySet().stream()
                    .map(e -> e.getKey() + "=" + Base64.getEncoder().encodeToString(e.getValue()))
                    .toList()
                    .toString();
            lines.put(
                    path,
                    s.kind() + " " + Integer.toOctalString(s.mode()) + " " + s.uid() + ":" + s.gid() + " " + s.size()
                            + (path.startsWith("long") && s.kind() == FileStatus.Kind.DIRECTORY ? "" : " " + s.mtime())
                            + " " + s.deviceMajor() + ":" + s.deviceMinor() + " " + s.link() + " " + attributes
                            + (s.kind() == FileStatus.Kind.FILE ? " links " + s.links() : ""));
            if (s.kind() == FileStatus.Kind.DIRECTORY) {
                walk(root, path, lines);
            }
        }
    }
}
