/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Splits an instruction's text. Quotes and escapes stay in the words: the expander removes them.
/// BuildKit, frontend/dockerfile/parser/line_parsers.go.
final class Words {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Words() {}

    /// Words separated by blanks; a quoted blank and an escaped one separate nothing.
    static List<String> quoted(String text, char escape) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                flush(word, words);
                continue;
            }
            word.append(c);
            if (c == escape && quote != '\'' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            }
        }
        flush(word, words);
        return words;
    }

    private static void flush(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    /// Words separated by blanks, whatever they hold.
    static List<String> plain(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    /// A JSON array of strings; empty when the text is no JSON array. One with anything but strings in it is
    /// `DockerfileSyntaxError`, as BuildKit has it: nobody means `[1, 2]` for a shell.
    static Optional<List<String>> json(String text) {
        if (!text.startsWith("[")) {
            return Optional.empty();
        }
        try {
            var values = new ArrayList<String>();
            for (JsonNode value : JSON.readTree(text)) {
                if (!value.isTextual()) {
                    throw new StrataException(Problem.of(
                            ProblemCode.DockerfileSyntaxError,
                            "the JSON array holds something other than strings",
                            "",
                            "put every word into double quotes"));
                }
                values.add(value.asText());
            }
            return Optional.of(values);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
