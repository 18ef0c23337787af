/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/// Follows symlinks within a tree that is only known by questions about it.
public final class PathWalk {
    /// More than Linux follows (40), as docker: a loop ends here.
    private static final int MAX_LINKS = 255;

    /// The target of the symlink at a path; empty when it is none or nothing is there.
    public interface Links {
        Optional<String> at(String path) throws IOException;
    }

    private PathWalk() {}

    /// The path with every link followed, the last part too. `..` stops at the root, an absolute target
    /// starts there, and parts that do not exist stay as they are.
    public static String resolve(String path, Links links) throws IOException {
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(path.split("/")));
        String done = "";
        int followed = 0;
        while (!rest.isEmpty()) {
            String part = rest.pollFirst();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                done = ImagePaths.parent(done);
                continue;
            }
            String next = ImagePaths.join(done, part);
            Optional<String> target = links.at(next);
            if (target.isEmpty()) {
                done = next;
                continue;
            }
            if (++followed > MAX_LINKS) {
                throw loop(path);
            }
            String[] parts = target.get().split("/");
            for (int i = parts.length - 1; i >= 0; i--) {
                rest.addFirst(parts[i]);
            }
            if (target.get().startsWith("/")) {
                done = "";
            }
        }
        return done;
    }

    private static StrataException loop(String path) {
        return new StrataException(Problem.of(
                ProblemCode.InstructionFailed,
                "cannot follow /" + path,
                "it leads through more than " + MAX_LINKS + " symbolic links",
                "look for a link that leads to itself"));
    }
}
