/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// EXPOSE: `80`, `80/udp`, `8000-8010/tcp`. BuildKit, frontend/dockerfile/dockerfile2llb/convert_expose.go.
final class Ports {
    private static final Pattern PORT = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?(?:/(\\w*))?");
    private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
    private static final int MAX_PORT = 65535;

    private Ports() {}

    /// Every port of `text` as `number/protocol`.
    static List<String> parse(String text) {
        Matcher matcher = PORT.matcher(text);
        if (!matcher.matches()) {
            throw wrong(text);
        }
        int first = Integer.parseInt(matcher.group(1));
        int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
        String protocol = matcher.group(3) == null || matcher.group(3).isEmpty()
                ? "tcp"
                : matcher.group(3).toLowerCase(Locale.ROOT);
        if (last > MAX_PORT || last < first || !PROTOCOLS.contains(protocol)) {
            throw wrong(text);
        }
        var ports = new ArrayList<String>();
        for (int port = first; port <= last; port++) {
            ports.add(port + "/" + protocol);
        }
        return ports;
    }

    private static StrataException wrong(String text) {
        return new StrataException(Problem.of(
                ProblemCode.DockerfileSyntaxError,
                "not a port: " + text,
                "",
                "write a number or a range up to 65535, with /tcp, /udp or /sctp"));
    }
}
