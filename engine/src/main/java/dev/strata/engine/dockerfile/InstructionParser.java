/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceRange;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Parses one instruction. Its own grammar: BuildKit, frontend/dockerfile/instructions/parse.go.
final class InstructionParser {
    private static final Pattern STAGE_NAME = Pattern.compile("[a-z][a-z0-9-_.]*");

    /// Flags that the language has and we have not yet, by instruction.
    private static final Map<String, Set<String>> LATER = Map.of(
            "FROM", Set.of("platform"),
            "RUN", Set.of("mount", "network", "security", "device"),
            "COPY", Set.of("link", "parents", "exclude"),
            "ADD", Set.of("link", "exclude", "keep-git-dir", "checksum", "unpack"));

    private static final List<String> NAMES = List.of(
            "FROM",
            "ARG",
            "ENV",
            "LABEL",
            "MAINTAINER",
            "USER",
            "WORKDIR",
            "COPY",
            "ADD",
            "EXPOSE",
            "VOLUME",
            "STOPSIGNAL",
            "SHELL",
            "RUN",
            "CMD",
            "ENTRYPOINT",
            "HEALTHCHECK",
            "ONBUILD");

    private final LogicalLine line;
    private final char escape;
    private final String name;
    private final String rest;

    InstructionParser(LogicalLine line, char escape) {
        this.line = line;
        this.escape = escape;
        String[] parts = line.text().split("\\s+", 2);
        this.name = parts[0].toUpperCase(Locale.ROOT);
        this.rest = parts.length == 2 ? parts[1].strip() : "";
    }

    /// Whether this is a FROM, be it right or wrong.
    boolean beginsStage() {
        return name.equals("FROM");
    }

    Instruction parse() {
        SourceRange at = line.at();
        String text = line.text();
        return switch (name) {
            case "FROM" -> from(at, text);
            case "ARG" -> new Instruction.Arg(at, text, declarations());
            case "ENV" -> new Instruction.Env(at, text, assignments());
            case "LABEL" -> new Instruction.Label(at, text, assignments());
            case "MAINTAINER" -> new Instruction.Maintainer(at, text, required("a name"));
            case "USER" -> new Instruction.User(at, text, required("a user"));
            case "WORKDIR" -> new Instruction.Workdir(at, text, required("a path"));
            case "COPY" -> copy(at, text);
            case "ADD" -> add(at, text);
            case "EXPOSE" -> new Instruction.Expose(at, text, atLeastOne(Words.plain(noFlags()), "a port"));
            case "VOLUME" -> new Instruction.Volume(at, text, volumes());
            case "STOPSIGNAL" -> new Instruction.StopSignal(at, text, required("a signal"));
            case "SHELL" -> new Instruction.Shell(at, text, shell());
            case "RUN" -> new Instruction.Run(at, text, command("a command"));
            case "CMD" -> new Instruction.Cmd(at, text, command(""));
            case "ENTRYPOINT" -> new Instruction.Entrypoint(at, text, command(""));
            case "HEALTHCHECK", "ONBUILD" -> throw later(name, "");
            default -> throw unknown();
        };
    }

    private Instruction from(SourceRange at, String text) {
        List<String> words = Words.plain(noFlags());
        boolean named = words.size() == 3 && words.get(1).equalsIgnoreCase("as");
        if (words.size() != 1 && !named) {
            throw wrong("FROM takes an image and, optionally, AS and a name", "write FROM image AS name");
        }
        if (!named) {
            return new Instruction.From(at, text, words.getFirst(), null);
        }
        String stage = words.getLast().toLowerCase(Locale.ROOT);
        if (!STAGE_NAME.matcher(stage).matches() || stage.equals("scratch")) {
            throw wrong(
                    "not a name for a stage: " + words.getLast(),
                    "use letters, digits, dash, underscore and dot, a letter first, and not \"scratch\"");
        }
        return new Instruction.From(at, text, words.getFirst(), stage);
    }

    private List<Instruction.Declaration> declarations() {
        var declarations = new ArrayList<Instruction.Declaration>();
        for (String word : atLeastOne(Words.quoted(noFlags(), escape), "a name")) {
            int eq = word.indexOf('=');
            if (eq == 0) {
                throw wrong("an ARG has no name: " + word, "write NAME=value");
            }
            declarations.add(
                    eq < 0
                            ? new Instruction.Declaration(word, null)
                            : new Instruction.Declaration(word.substring(0, eq), word.substring(eq + 1)));
        }
        return declarations;
    }

    /// `a=b c=d`, or the old form `a b c d`, where the value is everything after the name.
    private List<Instruction.Assignment> assignments() {
        String text = noFlags();
        List<String> words = atLeastOne(Words.quoted(text, escape), "NAME=value");
        if (!words.getFirst().contains("=")) {
            String[] parts = text.split("\\s+", 2);
            if (parts.length < 2) {
                throw wrong(name + " needs a name and a value", "write " + name + " " + parts[0] + "=value");
            }
            return List.of(new Instruction.Assignment(parts[0], parts[1]));
        }
        var assignments = new ArrayList<Instruction.Assignment>();
        for (String word : words) {
            int eq = word.indexOf('=');
            if (eq <= 0) {
                throw wrong("no name=value: " + word, "quote values that have blanks: NAME=\"a b\"");
            }
            assignments.add(new Instruction.Assignment(word.substring(0, eq), word.substring(eq + 1)));
        }
        return assignments;
    }

    private Instruction copy(SourceRange at, String text) {
        Flags flags = flags(Set.of("from", "chown", "chmod"));
        Instruction.Transfer transfer = transfer(flags);
        for (String source : transfer.sources()) {
            if (Instruction.Transfer.isRemote(source)) {
                throw wrong("COPY takes no URL: " + source, "ADD is for those, or put the file into the context");
            }
        }
        return new Instruction.Copy(at, text, transfer, flags.value("from"));
    }

    private Instruction add(SourceRange at, String text) {
        Flags flags = flags(Set.of("chown", "chmod"));
        Instruction.Transfer transfer = transfer(flags);
        for (String source : transfer.sources()) {
            if (Instruction.Transfer.isRemote(source)) {
                throw later("ADD of a remote source", "fetch it in a RUN, or put it into the context");
            }
        }
        return new Instruction.Add(at, text, transfer);
    }

    private Instruction.Transfer transfer(Flags flags) {
        Optional<List<String>> json = Words.json(flags.rest());
        if (json.isEmpty() && Heredoc.isIn(flags.rest())) {
            throw later("a here-document", "put the text into a file of the context");
        }
        List<String> words = json.orElseGet(() -> Words.plain(flags.rest()));
        if (words.size() < 2) {
            throw wrong(name + " needs a source and a destination", "write " + name + " source destination");
        }
        return new Instruction.Transfer(
                words.subList(0, words.size() - 1), words.getLast(), flags.value("chown"), flags.value("chmod"));
    }

    private List<String> volumes() {
        String text = noFlags();
        List<String> paths = Words.json(text).orElseGet(() -> Words.plain(text)).stream()
                .map(String::strip)
                .toList();
        for (String path : atLeastOne(paths, "a path")) {
            if (path.isEmpty()) {
                throw wrong("a volume has no path", "name a directory");
            }
        }
        return paths;
    }

    private List<String> shell() {
        return Words.json(noFlags())
                .filter(words -> !words.isEmpty())
                .orElseThrow(() -> wrong("SHELL takes a JSON array", "write SHELL [\"/bin/bash\", \"-c\"]"));
    }

    private Command command(String needed) {
        String text = noFlags();
        if (!needed.isEmpty() && text.isEmpty()) {
            throw wrong(name + " needs " + needed, "");
        }
        Optional<List<String>> exec = Words.json(text);
        if (exec.isEmpty() && name.equals("RUN") && Heredoc.isIn(text)) {
            throw later("a here-document", "join the commands with && and continuations, or COPY a script");
        }
        if (exec.isPresent() && name.equals("RUN") && exec.get().isEmpty()) {
            throw wrong("RUN needs a command", "");
        }
        return exec.isPresent() ? new Command.Exec(exec.get()) : new Command.Shell(text);
    }

    private String required(String what) {
        String text = noFlags();
        if (text.isEmpty()) {
            throw wrong(name + " needs " + what, "");
        }
        return text;
    }

    private List<String> atLeastOne(List<String> words, String what) {
        if (words.isEmpty()) {
            throw wrong(name + " needs " + what, "");
        }
        return words;
    }

    private String noFlags() {
        return flags(Set.of()).rest();
    }

    private Flags flags(Set<String> known) {
        Flags flags = Flags.of(rest, escape);
        var seen = new HashSet<String>();
        for (Flags.Flag flag : flags.flags()) {
            String shown = "--" + flag.name();
            if (LATER.getOrDefault(name, Set.of()).contains(flag.name())) {
                throw later(name + " " + shown, "");
            }
            if (!known.contains(flag.name())) {
                throw wrong("unknown flag of " + name + ": " + shown, flagAdvice(flag.name(), known));
            }
            if (flag.value() == null) {
                throw wrong("the flag " + shown + " needs a value", "write " + shown + "=value");
            }
            if (!seen.add(flag.name())) {
                throw wrong("the flag " + shown + " is given twice", "remove one");
            }
        }
        return flags;
    }

    private String flagAdvice(String flag, Set<String> known) {
        if (known.isEmpty()) {
            return "remove it: " + name + " takes no flags; a word with dashes can follow --";
        }
        return Spelling.nearest(flag, known)
                .map(near -> "did you mean --" + near + "?")
                .orElseGet(() -> "it takes "
                        + String.join(
                                ", ", known.stream().sorted().map(f -> "--" + f).toList()));
    }

    private StrataException unknown() {
        Optional<String> near = Spelling.nearest(name, NAMES);
        return wrong(
                "unknown instruction: " + name,
                near.map(other -> "did you mean " + other + "?").orElse("check the spelling"));
    }

    private static StrataException wrong(String what, String tryThis) {
        return new StrataException(Problem.of(ProblemCode.DockerfileSyntaxError, what, "", tryThis));
    }

    private static StrataException later(String feature, String instead) {
        return new StrataException(Problem.of(
                ProblemCode.UnsupportedInstruction,
                feature + " is not supported yet",
                "Strata refuses what it cannot do, rather than leave it out",
                instead.isEmpty() ? "do without it for now" : instead));
    }
}
