/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Joins lines into instructions: directives first, comments dropped, continuations joined.
/// BuildKit, frontend/dockerfile/parser/parser.go and directives.go.
final class LineReader {
    private static final int MAX_LINE = 65535;
    private static final Pattern DIRECTIVE = Pattern.compile("^#\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(.+?)\\s*$");
    private static final Pattern OUR_LANGUAGE = Pattern.compile("(docker\\.io/)?docker/dockerfile(:1(\\.[0-9.]+)?)?");

    private final SourceFile file;
    private final List<Problem> problems;
    private char escape = '\\';

    LineReader(SourceFile file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    char escape() {
        return escape;
    }

    List<LogicalLine> read() {
        int first = directives();
        Pattern continued = Pattern.compile(
                "^(|.*[^" + Pattern.quote(String.valueOf(escape)) + "])" + Pattern.quote(String.valueOf(escape))
                        + "[ \\t]*$",
                Pattern.DOTALL);
        var lines = new ArrayList<LogicalLine>();
        var text = new StringBuilder();
        int start = -1;
        int last = -1;
        for (int i = first; i < file.lines().size(); i++) {
            String line = withoutBom(i);
            if (line.indexOf('\0') >= 0) {
                problems.add(Problem.of(
                                ProblemCode.DockerfileSyntaxError,
                                "the line has a zero byte",
                                "",
                                "save the Dockerfile as plain text in UTF-8")
                        .at(file.range(i + 1, i + 1)));
                continue;
            }
            if (isComment(line) || line.isBlank()) {
                continue;
            }
            if (line.length() > MAX_LINE) {
                problems.add(Problem.of(
                                ProblemCode.SizeLimitExceeded,
                                "a line is longer than " + MAX_LINE + " characters",
                                "",
                                "split it with a continuation")
                        .at(file.range(i + 1, i + 1)));
                continue;
            }
            if (start < 0) {
                start = i;
                line = line.stripLeading();
            }
            last = i;
            Matcher matcher = continued.matcher(line);
            if (matcher.matches()) {
                text.append(matcher.group(1));
                continue;
            }
            text.append(line);
            lines.add(new LogicalLine(text.toString().strip(), file.range(start + 1, i + 1)));
            text.setLength(0);
            start = -1;
        }
        if (start >= 0 && !text.toString().isBlank()) {
            lines.add(new LogicalLine(text.toString().strip(), file.range(start + 1, last + 1)));
        }
        return lines;
    }

    private static boolean isComment(String line) {
        return line.stripLeading().startsWith("#");
    }

    private String withoutBom(int i) {
        String line = file.lines().get(i);
        return i == 0 && line.startsWith("\uFEFF") ? line.substring(1) : line;
    }

    /// Reads the directives at the top; returns the index of the first line after them.
    private int directives() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < file.lines().size(); i++) {
            String line = withoutBom(i).stripLeading();
            Matcher matcher = DIRECTIVE.matcher(line);
            if (i == 0 && line.startsWith("#!")) {
                continue;
            }
            if (!matcher.matches()) {
                return i;
            }
            String name = matcher.group(1).toLowerCase(Locale.ROOT);
            if (!directive(name, matcher.group(2), seen, i + 1)) {
                return i;
            }
        }
        return file.lines().size();
    }

    private boolean directive(String name, String value, Set<String> seen, int line) {
        if (!Set.of("syntax", "escape", "check").contains(name)) {
            return false;
        }
        if (!seen.add(name)) {
            refuse(ProblemCode.DockerfileSyntaxError, "the directive " + name + " is given twice", "remove one", line);
        } else if (name.equals("escape")) {
            if (value.equals("\\") || value.equals("`")) {
                escape = value.charAt(0);
            } else {
                refuse(ProblemCode.DockerfileSyntaxError, "escape is \\ or `: " + value, "use one of them", line);
            }
        } else if (name.equals("check")) {
            refuse(
                    ProblemCode.UnsupportedInstruction,
                    "the directive check is not supported yet",
                    "remove it: Strata does no lint",
                    line);
        } else if (!OUR_LANGUAGE.matcher(value).matches()) {
            refuse(
                    ProblemCode.UnsupportedInstruction,
                    "another frontend cannot be loaded: " + value,
                    "remove the directive; the language is docker/dockerfile:1",
                    line);
        }
        return true;
    }

    private void refuse(ProblemCode code, String what, String tryThis, int line) {
        problems.add(Problem.of(code, what, "", tryThis).at(file.range(line, line)));
    }
}
