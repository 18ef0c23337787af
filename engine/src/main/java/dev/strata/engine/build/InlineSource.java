/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Files that a manifest holds itself, written into an empty directory.
final class InlineSource {
    private InlineSource() {}

    /// Writes every file below `directory`; a name may not lead out of it.
    static void write(BuildRequest.Inline inline, Path directory) throws IOException {
        for (Map.Entry<String, String> file : inline.files().entrySet()) {
            Path path = directory.resolve(file.getKey()).normalize();
            if (!path.startsWith(directory) || path.equals(directory)) {
                throw new StrataException(Problem.of(
                        ProblemCode.InvalidArgument,
                        "not a file name of an inline source: " + file.getKey(),
                        "names are relative and stay below the source's root",
                        "remove .. and leading slashes"));
            }
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }
}
