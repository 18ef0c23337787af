/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import dev.strata.engine.linux.Errno;
import dev.strata.engine.linux.ErrnoException;
import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
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
    ///
    /// Throws a `StrataException` with `ImageInvalid` when something else is in a directory's place.
    static Set<String> make(Path rootfs) throws IOException {
        var missing = new HashSet<String>();
        try (RootDirectory root = RootDirectory.open(rootfs)) {
            for (String path : DIRECTORIES) {
                Optional<FileStatus> there = root.status(path);
                if (there.isPresent()) {
                    requireDirectory(root, path, there.get());
                } else {
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

    private static void requireDirectory(RootDirectory root, String path, FileStatus there) throws IOException {
        String why = there.link() == null
                ? "it is a " + there.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                : "it is a symbolic link to " + there.link() + ", which is no directory of the image";
        try {
            if (root.isDirectory(path)) {
                return;
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ELOOP) {
                throw e;
            }
            why = "it is a symbolic link that leads to itself";
        }
        throw new StrataException(Problem.of(
                ProblemCode.ImageInvalid,
                "no RUN can start in the image: its /" + path + " is not a directory",
                why,
                "make it a directory in the base image, or in a step before"));
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
