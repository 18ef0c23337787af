/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a registry wants to be convinced, from `WWW-Authenticate`. RFC 9110, section 11.6.1.
sealed interface Challenge {
    record Basic() implements Challenge {}

    record Bearer(String realm, String service, Scope scope) implements Challenge {}

    /// The best challenge of these headers, Bearer before Basic; others are passed over.
    static Optional<Challenge> choose(List<String> headers) {
        var found = new ArrayList<Challenge>();
        headers.forEach(header -> found.addAll(Parser.parse(header)));
        return found.stream()
                .filter(Bearer.class::isInstance)
                .findFirst()
                .or(() -> found.stream().findFirst());
    }

    /// Reads one header, which may hold several challenges.
    final class Parser {
        private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
        private static final Pattern PARAMETER = Pattern.compile(
                "\\G[ \\t,]*(" + TOKEN + ")[ \\t]*=[ \\t]*(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|(" + TOKEN + "))");
        private static final Pattern SCHEME = Pattern.compile("\\G[ \\t,]*(" + TOKEN + ")(?:[ \\t]+|(?=,)|$)");
        private static final int LONGEST = 16 << 10;

        private Parser() {}

        static List<Challenge> parse(String header) {
            var found = new ArrayList<Challenge>();
            int at = 0;
            Matcher scheme = SCHEME.matcher(header);
            while (header.length() <= LONGEST && scheme.find(at)) {
                at = scheme.end();
                Map<String, String> parameters = new LinkedHashMap<>();
                Matcher parameter = PARAMETER.matcher(header);
                while (parameter.find(at)) {
                    String quoted = parameter.group(2);
                    String value = quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1");
                    parameters.putIfAbsent(parameter.group(1).toLowerCase(Locale.ROOT), value);
                    at = parameter.end();
                }
                challenge(scheme.group(1), parameters).ifPresent(found::add);
            }
            return found;
        }

        private static Optional<Challenge> challenge(String scheme, Map<String, String> parameters) {
            if (scheme.equalsIgnoreCase("Basic")) {
                return Optional.of(new Basic());
            }
            String realm = parameters.get("realm");
            return scheme.equalsIgnoreCase("Bearer") && realm != null
                    ? Optional.of(new Bearer(
                            realm,
                            parameters.getOrDefault("service", ""),
                            Scope.parse(parameters.getOrDefault("scope", ""))))
                    : Optional.empty();
        }
    }
}
