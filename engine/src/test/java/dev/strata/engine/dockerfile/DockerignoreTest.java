/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceFile;
import dev.strata.engine.problem.StrataException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of github.com/moby/patternmatcher and of its ignorefile reader.
class DockerignoreTest {

    /// Lines of the file are separated by commas.
    @ParameterizedTest(name = "{0} of {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "a|a|true",
                "a|b/a|false",
                "a|a/b/c|true",
                "a/b|a|false",
                "a/|a/b|true",
                "/a|a|true",
                "./a//b/../c|a/c|true",
                "/../a|a|true",
                "../a|a|false",
                "*|a/b|true",
                "*.md|a.md|true",
                "*.md|x/a.md|false",
                "*/*.md|x/a.md|true",
                "a?c|abc|true",
                "a?c|a/c|false",
                "[ab]c|bc|true",
                "[^a]c|ac|false",
                "\\*|*|true",
                "\\*|x|false",
                "a.b|axb|false",
                "**|a/b/c|true",
                "**/|a|true",
                "**/a|a|true",
                "**/a|x/y/a|true",
                "**/a|x/ya|false",
                "**/a|x/a/z|true",
                "**a|x/ya|true",
                "**a|x/yb|false",
                "**/*.md|a.md|true",
                "**/*.md|x/y/a.md|true",
                "a/**|a|false",
                "a/**|a/b/c|true",
                "a/**/b|a/b|true",
                "a/**/b|a/x/y/b|true",
                "a/**/b|a/xb|false",
                "a**b|a/x/b|true",
                "**/x/**|a/x/b|true",
                "**/x/**|x|false",
                "#a|#a|false",
                " # a|# a|true",
                " a |a|true",
                "*,!a|a|false",
                "*,!a|b|true",
                "*,! a|a|false",
                "*,!/a/b|a/b|false",
                "*,!a|a/b/c|false",
                "*,!a,a/b|a/b|true",
                "!a,*|a|true",
                "*.md,!README*.md,README-secret.md|README-x.md|false",
                "*.md,!README*.md,README-secret.md|README-secret.md|true",
                "a,!a/b|a/b|false",
                "a,!a/b|a/c|true",
                "!.|a|false",
                "/|a|false",
                ".|a|false",
            })
    void theLastMatchingRuleDecides(String lines, String path, boolean excluded) {
        assertThat(parse(lines.replace(',', '\n')).excludes(path)).isEqualTo(excluded);
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstPattern() {
        assertThat(parse("\uFEFFa\n").excludes("a")).isTrue();
    }

    @Test
    void aDirectoryIsPrunedOnlyWhereNothingIsTakenBack() {
        assertThat(parse("a\nb").prunes("a")).isTrue();
        assertThat(parse("a\nb").prunes("c")).isFalse();
        assertThat(parse("a\n!a/b").prunes("a")).isFalse();
    }

    @Test
    void aRuleIsNamedByItsLine() {
        assertThat(parse("# comment\n\n target/ \n").ruleFor("target/app.jar"))
                .contains(".dockerignore line 3 (\"target/\")");
        assertThat(parse("*\n!a").ruleFor("a")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ok\n!", "ok\n! ", "ok\n[a", "ok\n[]", "ok\na\\"})
    void aDamagedLineIsRefusedWithItsNumber(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOfSatisfying(StrataException.class, e -> {
            assertThat(e.problem().code()).isEqualTo(ProblemCode.DockerfileSyntaxError);
            assertThat(e).hasMessageStartingWith(".dockerignore:2: ");
        });
    }

    private static Dockerignore parse(String text) {
        return Dockerignore.parse(SourceFile.of(".dockerignore", text));
    }

    @Test
    @Timeout(20)
    void aHostilePatternIsMatchedInBoundedTime() {
        String path = "a/".repeat(500) + "a".repeat(200);
        for (String pattern : List.of("**/a".repeat(200) + "/b", "*a".repeat(100) + "b", "**".repeat(200) + "b")) {
            assertThat(Dockerignore.parse(SourceFile.of(".dockerignore", pattern))
                            .excludes(path))
                    .as(pattern)
                    .isFalse();
        }
    }
}
