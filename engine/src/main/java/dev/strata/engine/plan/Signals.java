/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.Locale;
import java.util.regex.Pattern;

/// STOPSIGNAL: a number from 1, or a name with or without `SIG`. github.com/moby/sys/signal; signal(7).
final class Signals {
    private static final Pattern NUMBER = Pattern.compile("0*[1-9]\\d{0,2}");
    private static final Pattern NAME =
            Pattern.compile("(?:SIG)?(?:ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT"
                    + "|SEGV|STKFLT|STOP|SYS|TERM|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ"
                    + "|RTMIN(?:\\+(?:[1-9]|1[0-5]))?|RTMAX(?:-(?:[1-9]|1[0-4]))?)");

    private Signals() {}

    /// Refuses what is no signal of Linux.
    static void check(String signal) {
        if (!NUMBER.matcher(signal).matches()
                && !NAME.matcher(signal.toUpperCase(Locale.ROOT)).matches()) {
            throw new StrataException(Problem.of(
                    ProblemCode.DockerfileSyntaxError,
                    "not a signal: " + signal,
                    "",
                    "write a name as in signal(7), for example SIGTERM, or a number"));
        }
    }
}
