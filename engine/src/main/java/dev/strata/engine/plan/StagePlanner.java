/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.dockerfile.Command;
import dev.strata.engine.dockerfile.Instruction;
import dev.strata.engine.dockerfile.Stage;
import dev.strata.engine.dockerfile.WordExpander;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Turns the instructions of one stage into vertices, one each. History texts are BuildKit's.
final class StagePlanner {
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern MODE = Pattern.compile("0*[0-7]{1,4}");

    /// Every port of three protocols.
    private static final int MAX_PORTS = 3 * 65536;

    private final Planner planner;
    private final Stage stage;
    private final int number;
    private final StageState state;

    StagePlanner(Planner planner, Stage stage, int number, StageState state) {
        this.planner = planner;
        this.stage = stage;
        this.number = number;
        this.state = state;
    }

    /// Adds the vertex of an instruction, which is number `step` of its stage.
    VertexId add(Instruction instruction, int step) {
        Planned planned = plan(instruction);
        VertexId id = planner.add(
                planned.operation(),
                state.last,
                stage,
                number,
                step,
                instruction.text().replaceAll("\\s+", " "),
                planned.createdBy(),
                state.config,
                state.author);
        state.last = id;
        return id;
    }

    private record Planned(Operation operation, String createdBy) {
        static Planned config(String createdBy) {
            return new Planned(new Operation.Config(), createdBy);
        }
    }

    private Planned plan(Instruction instruction) {
        return switch (instruction) {
            case Instruction.From from -> throw new IllegalArgumentException("FROM begins a stage: " + from.text());
            case Instruction.Arg arg -> arg(arg);
            case Instruction.Env env -> env(env);
            case Instruction.Label label -> label(label);
            case Instruction.Maintainer maintainer -> {
                state.author = maintainer.author();
                yield Planned.config("MAINTAINER " + maintainer.author());
            }
            case Instruction.User user -> {
                String name = expand(user.user());
                state.config = state.config.draft().user(name).done();
                yield Planned.config("USER " + name);
            }
            case Instruction.Workdir workdir -> workdir(workdir);
            case Instruction.Copy copy -> copy(copy);
            case Instruction.Add add ->
                transfer(add.transfer(), "ADD", new Operation.CopySource.Context(), Unpack.ARCHIVES);
            case Instruction.Expose expose -> expose(expose);
            case Instruction.Volume volume -> {
                List<String> paths = volume.paths().stream().map(this::expand).toList();
                if (paths.contains("")) {
                    throw wrong("a volume has no path", "a variable in it has no value", "give the variable a value");
                }
                state.config = state.config.draft().volumes(paths).done();
                yield Planned.config("VOLUME " + GoText.plain(paths));
            }
            case Instruction.StopSignal stop -> {
                String signal = expand(stop.signal());
                Signals.check(signal);
                state.config = state.config.draft().stopSignal(signal).done();
                yield Planned.config("STOPSIGNAL " + signal);
            }
            case Instruction.Shell shell -> {
                state.config = state.config.draft().shell(shell.shell()).done();
                yield Planned.config("SHELL " + GoText.plain(shell.shell()));
            }
            case Instruction.Run run -> run(run);
            case Instruction.Cmd cmd -> {
                List<String> argv = argv(cmd.command());
                state.config = state.config.draft().cmd(argv, true).done();
                state.cmdSet = true;
                yield Planned.config("CMD " + GoText.quoted(argv));
            }
            case Instruction.Entrypoint entrypoint -> {
                List<String> argv = argv(entrypoint.command());
                var draft = state.config.draft().entrypoint(argv);
                state.config = (state.cmdSet ? draft : draft.cmd(null, state.config.argsEscaped())).done();
                yield Planned.config("ENTRYPOINT " + GoText.quoted(argv));
            }
        };
    }

    private Planned arg(Instruction.Arg arg) {
        var shown = new ArrayList<String>();
        for (Instruction.Declaration declaration : arg.declarations()) {
            String value = planner.arguments().inStage(declaration, state.variables());
            state.declare(declaration.name(), value);
            shown.add(value == null ? declaration.name() : declaration.name() + "=" + value);
        }
        return Planned.config("ARG " + String.join(" ", shown));
    }

    /// Values of one ENV do not see each other.
    private Planned env(Instruction.Env env) {
        List<Instruction.Assignment> assignments = expanded(env.assignments());
        state.setEnv(values(assignments));
        return Planned.config("ENV" + pairs(assignments));
    }

    private Planned label(Instruction.Label label) {
        List<Instruction.Assignment> assignments = expanded(label.assignments());
        state.config = state.config.draft().labels(values(assignments)).done();
        return Planned.config("LABEL" + pairs(assignments));
    }

    private List<Instruction.Assignment> expanded(List<Instruction.Assignment> assignments) {
        var all = new ArrayList<Instruction.Assignment>();
        for (Instruction.Assignment assignment : assignments) {
            String name = expand(assignment.name());
            if (name.isEmpty()) {
                throw wrong(
                        "a name is empty: " + assignment.name() + "=" + assignment.value(),
                        "a variable in it has no value",
                        "give the variable a value");
            }
            all.add(new Instruction.Assignment(name, expand(assignment.value())));
        }
        return all;
    }

    private static Map<String, String> values(List<Instruction.Assignment> assignments) {
        var values = new LinkedHashMap<String, String>();
        for (Instruction.Assignment assignment : assignments) {
            values.put(assignment.name(), assignment.value());
        }
        return values;
    }

    private static String pairs(List<Instruction.Assignment> assignments) {
        var text = new StringBuilder();
        for (Instruction.Assignment assignment : assignments) {
            text.append(' ').append(assignment.name()).append('=').append(assignment.value());
        }
        return text.toString();
    }

    /// BuildKit joins and cleans a relative path only: config and history keep an absolute one as it is.
    private Planned workdir(Instruction.Workdir workdir) {
        String written = expand(workdir.path());
        String path = absolute(written);
        String shown = written.startsWith("/") ? written : path;
        state.config = state.config.draft().workingDir(shown).done();
        Operation operation =
                path.equals("/") ? new Operation.Config() : new Operation.MakeDirectory(path, state.config.user());
        return new Planned(operation, "WORKDIR " + shown);
    }

    private Planned copy(Instruction.Copy copy) {
        String from = copy.from();
        Operation.CopySource source = from == null
                ? new Operation.CopySource.Context()
                : new Operation.CopySource.Output(planner.copySource(from, number, copy.at()));
        return transfer(copy.transfer(), "COPY", source, Unpack.NOTHING);
    }

    private enum Unpack {
        ARCHIVES,
        NOTHING
    }

    private Planned transfer(Instruction.Transfer transfer, String name, Operation.CopySource source, Unpack unpack) {
        List<String> sources = transfer.sources().stream().map(this::expand).toList();
        String written = expand(transfer.destination());
        boolean directory = written.isEmpty()
                || written.endsWith("/")
                || written.equals(".")
                || written.equals("..")
                || written.endsWith("/.")
                || written.endsWith("/..");
        if (sources.size() > 1 && !directory) {
            throw new StrataException(Problem.of(
                    ProblemCode.DockerfileSyntaxError,
                    "several sources need a directory as destination: " + written,
                    "",
                    "end it with a slash"));
        }
        checkRemote(name, sources);
        String chown = expandFlag(transfer.chown());
        String chmod = expandFlag(transfer.chmod());
        String absolute = absolute(written);
        String destination = directory && !absolute.endsWith("/") ? absolute + "/" : absolute;
        var operation = new Operation.Copy(source, sources, destination, chown, mode(chmod), unpack == Unpack.ARCHIVES);
        String flags = (chown == null ? "" : " --chown=" + chown) + (chmod == null ? "" : " --chmod=" + chmod);
        return new Planned(operation, name + flags + " " + String.join(" ", sources) + " " + written + " # buildkit");
    }

    /// A flag whose value expands to nothing is as if it were not there.
    private @Nullable String expandFlag(@Nullable String value) {
        String expanded = value == null ? "" : expand(value);
        return expanded.isEmpty() ? null : expanded;
    }

    private static void checkRemote(String name, List<String> sources) {
        for (String source : sources) {
            if (Instruction.Transfer.isRemote(source)) {
                throw new StrataException(Problem.of(
                        name.equals("ADD") ? ProblemCode.UnsupportedInstruction : ProblemCode.DockerfileSyntaxError,
                        name.equals("ADD")
                                ? "ADD of a remote source is not supported yet: " + source
                                : "COPY takes no URL: " + source,
                        "",
                        "fetch it in a RUN, or put it into the context"));
            }
        }
    }

    private static @Nullable Integer mode(@Nullable String chmod) {
        if (chmod == null) {
            return null;
        }
        if (!DIGITS.matcher(chmod).matches()) {
            throw new StrataException(Problem.of(
                    ProblemCode.UnsupportedInstruction,
                    "--chmod takes octal digits: " + chmod,
                    "symbolic modes are not supported yet",
                    "write for example --chmod=755"));
        }
        if (!MODE.matcher(chmod).matches()) {
            throw new StrataException(Problem.of(
                    ProblemCode.DockerfileSyntaxError,
                    "not a mode: " + chmod,
                    "modes are octal and end at 7777",
                    "correct it"));
        }
        return Integer.parseInt(chmod, 8);
    }

    /// Words are sorted as they are written; one that expands to nothing exposes nothing.
    private Planned expose(Instruction.Expose expose) {
        var ports = new ArrayList<String>();
        for (String word : expose.ports().stream().sorted().toList()) {
            for (String port : expand(word).strip().split("\\s+")) {
                if (!port.isEmpty()) {
                    ports.addAll(Ports.parse(port));
                }
            }
            if (ports.size() > MAX_PORTS) {
                throw new StrataException(Problem.of(
                        ProblemCode.SizeLimitExceeded,
                        "more than " + MAX_PORTS + " ports",
                        "there are no more",
                        "name every port once"));
            }
        }
        state.config = state.config.draft().exposePorts(ports).done();
        return Planned.config("EXPOSE " + GoText.plain(ports));
    }

    private Planned run(Instruction.Run run) {
        List<String> argv = argv(run.command());
        var operation = new Operation.Run(
                argv, state.environment(), planner.arguments().proxies(), state.config.user(), absolute(""));
        return new Planned(operation, "RUN " + state.argumentsForHistory() + String.join(" ", argv) + " # buildkit");
    }

    private List<String> argv(Command command) {
        return switch (command) {
            case Command.Exec exec -> exec.argv();
            case Command.Shell shell -> {
                var argv = new ArrayList<>(state.shell());
                argv.add(shell.text());
                yield argv;
            }
        };
    }

    private static StrataException wrong(String what, String why, String tryThis) {
        return new StrataException(Problem.of(ProblemCode.DockerfileSyntaxError, what, why, tryThis));
    }

    private String expand(String word) {
        return WordExpander.expand(word, planner.escape(), state.variables());
    }

    /// Joins a relative path to the working directory, and cleans it.
    private String absolute(String path) {
        String from = path.startsWith("/") ? path : state.config.workingDir() + "/" + path;
        Deque<String> parts = new ArrayDeque<>();
        for (String part : from.split("/")) {
            switch (part) {
                case "", "." -> {}
                case ".." -> parts.pollLast();
                default -> parts.addLast(part);
            }
        }
        return "/" + String.join("/", parts);
    }
}
