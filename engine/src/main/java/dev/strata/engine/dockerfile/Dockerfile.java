/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.SourceFile;
import java.util.List;

/// A parsed Dockerfile.
///
/// @param globalArgs the ARGs before the first FROM
/// @param stages at least one
/// @param escape the escape character, `\` or a backtick
public record Dockerfile(SourceFile file, char escape, List<Instruction.Arg> globalArgs, List<Stage> stages) {
    public Dockerfile {
        globalArgs = List.copyOf(globalArgs);
        stages = List.copyOf(stages);
    }
}
