/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.TreeWalk;

/// What a source may take of a builder's disk: a few kilobytes of a pack can stand for terabytes of files.
///
/// @param bytes of what a server sends, and again of all files when they are checked out
/// @param entries files and directories
record SourceLimits(long bytes, long entries) {
    /// Those of what an ADD unpacks.
    static final SourceLimits USUAL = new SourceLimits(32L << 30, 2_000_000);

    /// Throws a `StrataException` with `SourceTooLarge` when the tree of `commit` is larger.
    void require(Repository repository, RevCommit commit) throws IOException {
        long size = 0;
        long count = 0;
        try (var walk = new TreeWalk(repository)) {
            walk.addTree(commit.getTree());
            while (walk.next()) {
                if (++count > entries) {
                    throw tooLarge("more than " + entries + " files and directories");
                }
                if (walk.isSubtree()) {
                    walk.enterSubtree();
                } else if (!FileMode.GITLINK.equals(walk.getRawMode(0))) {
                    size += walk.getObjectReader().getObjectSize(walk.getObjectId(0), Constants.OBJ_BLOB);
                }
                if (size > bytes) {
                    throw tooLarge("files of more than " + bytes + " bytes");
                }
            }
        }
    }

    private static StrataException tooLarge(String why) {
        return new StrataException(Problem.of(
                ProblemCode.SourceTooLarge,
                "the commit is too large to be checked out",
                "it has " + why,
                "leave out what the build does not need, or fetch it in a RUN"));
    }
}
