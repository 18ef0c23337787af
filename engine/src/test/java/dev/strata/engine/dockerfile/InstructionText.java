/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A parsed Dockerfile for golden files: a line for each instruction, words in brackets.
final class InstructionText {
    private InstructionText() {}

    static String of(Dockerfile dockerfile) {
        var text = new StringBuilder();
        if (dockerfile.escape() != '\\') {
            text.append("escape ").append(dockerfile.escape()).append('\n');
        }
        dockerfile.globalArgs().forEach(arg -> text.append(line(arg)));
        for (Stage stage : dockerfile.stages()) {
            text.append(line(stage.from()));
            stage.instructions().forEach(instruction -> text.append("  ").append(line(instruction)));
        }
        return text.toString();
    }

    private static String line(Instruction instruction) {
        int first = instruction.at().firstLine();
        int last = instruction.at().lastLine();
        return (first == last ? String.valueOf(first) : first + "-" + last) + " " + words(instruction) + "\n";
    }

    private static String words(Instruction instruction) {
        return switch (instruction) {
            case Instruction.From from -> "FROM" + list(from.image()) + named("as", from.name());
            case Instruction.Arg arg ->
                "ARG"
                        + arg.declarations().stream()
                                .map(one -> list(one.name()) + (one.value() == null ? "" : " =" + list(one.value())))
                                .collect(Collectors.joining());
            case Instruction.Env env -> "ENV" + assignments(env.assignments());
            case Instruction.Label label -> "LABEL" + assignments(label.assignments());
            case Instruction.Maintainer maintainer -> "MAINTAINER" + list(maintainer.author());
            case Instruction.User user -> "USER" + list(user.user());
            case Instruction.Workdir workdir -> "WORKDIR" + list(workdir.path());
            case Instruction.Copy copy -> "COPY" + named("from", copy.from()) + transfer(copy.transfer());
            case Instruction.Add add -> "ADD" + transfer(add.transfer());
            case Instruction.Expose expose -> "EXPOSE" + list(expose.ports());
            case Instruction.Volume volume -> "VOLUME" + list(volume.paths());
            case Instruction.StopSignal stop -> "STOPSIGNAL" + list(stop.signal());
            case Instruction.Shell shell -> "SHELL" + list(shell.shell());
            case Instruction.Run run -> "RUN" + command(run.command());
            case Instruction.Cmd cmd -> "CMD" + command(cmd.command());
            case Instruction.Entrypoint entrypoint -> "ENTRYPOINT" + command(entrypoint.command());
        };
    }

    private static String transfer(Instruction.Transfer transfer) {
        return named("chown", transfer.chown())
                + named("chmod", transfer.chmod())
                + list(transfer.sources())
                + " ->"
                + list(transfer.destination());
    }

    private static String command(Command command) {
        return switch (command) {
            case Command.Shell shell -> " shell" + list(shell.text());
            case Command.Exec exec -> " exec" + list(exec.argv());
        };
    }

    private static String assignments(List<Instruction.Assignment> assignments) {
        return assignments.stream()
                .map(one -> list(one.name()) + " =" + list(one.value()))
                .collect(Collectors.joining());
    }

    private static String named(String name, @Nullable String value) {
        return value == null ? "" : " " + name + list(value);
    }

    private static String list(String word) {
        return " [" + word + "]";
    }

    private static String list(List<String> words) {
        return words.stream().map(InstructionText::list).collect(Collectors.joining());
    }
}
