/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceFile;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;

/// Parses a Dockerfile into stages of instructions.
public final class DockerfileParser {
    private DockerfileParser() {}

    /// Parses the whole file and tells everything that is wrong with it at once.
    ///
    /// @throws DockerfileException with `DockerfileSyntaxError` or `UnsupportedInstruction`, each with its
    ///   lines
    public static Dockerfile parse(SourceFile file) {
        var problems = new ArrayList<Problem>();
        var reader = new LineReader(file, problems);
        var globalArgs = new ArrayList<Instruction.Arg>();
        var stages = new ArrayList<Stage>();
        Instruction.From from = null;
        var instructions = new ArrayList<Instruction>();
        for (LogicalLine line : reader.read()) {
            Instruction instruction;
            try {
                instruction = new InstructionParser(line, reader.escape()).parse();
            } catch (StrataException e) {
                problems.add(e.problem().at(line.at()));
                continue;
            }
            if (instruction instanceof Instruction.Arg arg && from == null) {
                globalArgs.add(arg);
                continue;
            }
            if (from == null && !(instruction instanceof Instruction.From)) {
                problems.add(noStage(instruction));
            }
            if (instruction instanceof Instruction.From next) {
                if (from != null) {
                    stages.add(new Stage(from, instructions));
                }
                from = next;
                instructions = new ArrayList<>();
            } else {
                instructions.add(instruction);
            }
        }
        if (from != null) {
            stages.add(new Stage(from, instructions));
        } else if (problems.isEmpty()) {
            problems.add(empty(file));
        }
        if (!problems.isEmpty()) {
            throw new DockerfileException(problems);
        }
        return new Dockerfile(file, reader.escape(), globalArgs, stages);
    }

    private static Problem noStage(Instruction instruction) {
        return Problem.of(
                        ProblemCode.DockerfileSyntaxError,
                        "no FROM comes before this instruction",
                        "only ARG may stand before the first FROM",
                        "begin the stage with FROM")
                .at(instruction.at());
    }

    private static Problem empty(SourceFile file) {
        Problem problem = Problem.of(
                ProblemCode.DockerfileSyntaxError, file.name() + " has no FROM", "", "begin it with FROM image");
        return file.lines().isEmpty() ? problem : problem.at(file.range(1, 1));
    }
}
