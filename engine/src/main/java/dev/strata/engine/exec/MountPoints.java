/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a RUN mounts on, and what of it the image does not have.
final class MountPoints {
    private static final List<String> DIRECTORIES = List.of("proc", "dev", "sys", "etc");
    private static final List<String> FILES = List.of("etc/resolv.conf", "etc/hosts");
    private static final int DIRECTORY_MODE = 0755;

    /// Links that the kernel follows at most: path_resolution(7).
    private static final int MAX_LINKS = 40;

    private MountPoints() {}

    /// Makes the directories to mount on that are not there, and returns every mount point that the
    /// image does not have. crun makes the files.
    static Set<String> make(Path rootfs) throws IOException {
        var missing = new HashSet<String>();
        try (RootDirectory root = RootDirectory.open(rootfs)) {
            for (String path : DIRECTORIES) {
                if (!root.isDirectory(path)) {
                    root.makeDirectory(path, DIRECTORY_MODE);
                    root.chmod(path, DIRECTORY_MODE);
                    missing.add(path);
                }
            }
            for (String path : FILES) {
                if (!root.isFile(path)) {
                    addMissing(root, path, missing);
                }
            }
        }
        return missing;
    }

    /// crun makes the file that `path` leads to, and its directories: a base with systemd-resolved has a
    /// link there that leads nowhere.
    private static void addMissing(RootDirectory root, String path, Set<String> missing) throws IOException {
        var todo = new ArrayDeque<>(Arrays.asList(path.split("/")));
        String at = "";
        int links = 0;
        while (!todo.isEmpty()) {
            String name = todo.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.substring(0, Math.max(at.lastIndexOf('/'), 0));
                continue;
            }
            String child = at.isEmpty() ? name : at + "/" + name;
            Optional<FileStatus> there = missing.contains(at) ? Optional.empty() : root.status(child);
            String link = there.map(FileStatus::link).orElse(null);
            if (link == null) {
                at = child;
                if (there.isEmpty()) {
                    missing.add(at);
                }
            } else if (++links > MAX_LINKS) {
                return;
            } else {
                at = link.startsWith("/") ? "" : at;
                Arrays.asList(link.split("/")).reversed().forEach(todo::push);
            }
        }
    }
}
