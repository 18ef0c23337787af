/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceFile;
import dev.strata.engine.problem.SourceRange;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;
import java.util.Comparator;

/// Parses a Dockerfile into stages of instructions.
public final class DockerfileParser {
    private DockerfileParser() {}

    /// Parses the whole file and tells everything that is wrong with it at once.
    ///
    /// @throws DockerfileException with `DockerfileSyntaxError`, `UnsupportedInstruction` or
    ///   `SizeLimitExceeded`, each with its lines
    public static Dockerfile parse(SourceFile file) {
        var problems = new ArrayList<Problem>();
        var reader = new LineReader(file, problems);
        var globalArgs = new ArrayList<Instruction.Arg>();
        var stages = new ArrayList<Stage>();
        Instruction.From from = null;
        var instructions = new ArrayList<Instruction>();
        boolean begun = false;
        for (LogicalLine line : reader.read()) {
            var parser = new InstructionParser(line, reader.escape());
            // A FROM with a mistake in it begins a stage too: what follows it is no mistake of its own.
            begun |= parser.beginsStage();
            Instruction instruction;
            try {
                instruction = parser.parse();
            } catch (StrataException e) {
                problems.add(e.problem().at(line.at()));
                if (Heredoc.isIn(line.text())) {
                    // What follows may be the text of the here-document: nothing can be said of it.
                    break;
                }
                continue;
            }
            if (instruction instanceof Instruction.From next) {
                if (from != null) {
                    stages.add(new Stage(from, instructions));
                }
                from = next;
                instructions = new ArrayList<>();
            } else if (begun) {
                instructions.add(instruction);
            } else if (instruction instanceof Instruction.Arg arg) {
                globalArgs.add(arg);
            } else {
                problems.add(noStage(instruction));
            }
        }
        if (from != null) {
            stages.add(new Stage(from, instructions));
        } else if (problems.isEmpty()) {
            problems.add(empty(file));
        }
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(DockerfileParser::line));
            throw new DockerfileException(problems);
        }
        return new Dockerfile(file, reader.escape(), globalArgs, stages);
    }

    private static int line(Problem problem) {
        SourceRange at = problem.at();
        return at == null ? 0 : at.firstLine();
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
