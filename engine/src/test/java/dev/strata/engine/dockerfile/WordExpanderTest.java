/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The forms of BuildKit's shell lexer. Here `SET` is `value`, `EMPTY` is empty, `PATH_` is `/usr/lib/a.tar.gz`,
/// `STARS` is `a**b?c\d`, and nothing else is set.
class WordExpanderTest {
    private static final Map<String, String> VARIABLES = Map.of(
            "SET", "value", "EMPTY", "", "PATH_", "/usr/lib/a.tar.gz", "STARS", "a**b?c\\d", "GLOB", "*/", "한", "글");

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            emptyValue = "",
            value = {
                // quotes and escapes
                "plain|plain",
                "a'b c'd|ab cd",
                "a\"b 'c'\"|ab 'c'",
                "'a\"b'|a\"b",
                "\\a\\ b|a b",
                "\"a\\b\"|a\\b",
                "\"a\\\\b\\\"c\"|a\\b\"c",
                "'a\\b'|a\\b",
                "end\\|end",
                "\\$SET|$SET",
                "\"\\$SET\"|$SET",
                "'$SET'|$SET",
                "a<<b|a<<b",
                // plain
                "$SET|value",
                "a${SET}b|avalueb",
                "$SET.x|value.x",
                "\"$SET '$SET'\"|value 'value'",
                "[$UNSET]|[]",
                "[${UNSET}]|[]",
                "$.|$.",
                "$|$",
                "$한|글",
                "[$12a]|[a]",
                "[$001]|[]",
                "[$@@]|[@]",
                "[${?}]|[]",
                // default, alternative, required
                "${SET:-w}|value",
                "[${EMPTY:-w}]|[w]",
                "${UNSET:-w}|w",
                "${SET-w}|value",
                "[${EMPTY-w}]|[]",
                "${UNSET-w}|w",
                "${UNSET:-}x|x",
                "${SET:+w}|w",
                "[${EMPTY:+w}]|[]",
                "[${UNSET:+w}]|[]",
                "[${EMPTY+w}]|[w]",
                "[${UNSET+w}]|[]",
                "${SET:?m}|value",
                "[${EMPTY?m}]|[]",
                "${SET?}|value",
                // nested
                "${UNSET:-$SET}|value",
                "${UNSET:-${NONE:-x}}|x",
                "${UNSET:-\\$SET}|$SET",
                "${UNSET:-a\\}b}|a}b",
                "${UNSET:-'a}b'}|a}b",
                "${SET}}|value}",
                "${UNSET:-a {b}|a {b",
                "${SET:+${SET}:}x|value:x",
                // prefix and suffix
                "${PATH_#*/}|usr/lib/a.tar.gz",
                "${PATH_##*/}|a.tar.gz",
                "${PATH_%.*}|/usr/lib/a.tar",
                "${PATH_%%.*}|/usr/lib/a",
                "${PATH_#x}|/usr/lib/a.tar.gz",
                "${PATH_##}|/usr/lib/a.tar.gz",
                "${PATH_%?z}|/usr/lib/a.tar.",
                "[${PATH_##*}]|[]",
                "${PATH_#*}|/usr/lib/a.tar.gz",
                "${STARS#a\\*}|*b?c\\d",
                "${STARS##*\\?}|c\\d",
                "${STARS%\\\\*}|a**b?c",
                "${STARS#a'*'}|*b?c\\d",
                "${STARS#\"a*\"}|*b?c\\d",
                "${PATH_##$GLOB}|a.tar.gz",
                "[${UNSET#x}]|[]",
                // replacement
                "${PATH_/./-}|/usr/lib/a-tar.gz",
                "${PATH_//./-}|/usr/lib/a-tar-gz",
                "${PATH_//\\//:}|:usr:lib:a.tar.gz",
                "${PATH_/*l/}|ib/a.tar.gz",
                "${PATH_/nothing/x}|/usr/lib/a.tar.gz",
                "${SET/a/$SET}|vvaluelue",
                "${SET/a/\\/}|v\\/lue",
                "${SET/[a]/x}|value",
                "${SET//?/x}|xxxxx",
            })
    void aWordExpandsAsInBuildKit(String word, String expected) {
        assertThat(WordExpander.expand(word, '\\', VARIABLES)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "it's",
                "\"open",
                "\"open\\\"",
                "'open\\",
                "${",
                "${}",
                "${SET",
                "${:-x}",
                "${.}",
                "${{SET}",
                "${SET:}",
                "${SET:x}",
                "${SET=x}",
                "${SET:=x}",
                "${SET:#x}",
                "${SET:%x}",
                "${SET:/a/b}",
                "${SET^}",
                "${SET,,}",
                "${SET//a}",
                "${SET/a}",
                "${SET#\\x}",
                "${UNSET:-a${SET}",
                "${UNSET?}",
                "${UNSET:?}",
                "${EMPTY:?}",
            })
    void aDamagedWordIsRefused(String word) {
        assertThatThrownBy(() -> WordExpander.expand(word, '\\', VARIABLES))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.DockerfileSyntaxError));
    }

    @Test
    void aRequiredVariableSaysItsMessage() {
        assertThatThrownBy(() -> WordExpander.expand("${UNSET:?give one}", '\\', VARIABLES))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().why()).isEqualTo("UNSET: give one"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {"c:\\x|c:\\x", "`$SET|$SET", "\"`$SET\"|$SET", "a``b|a`b", "${STARS#a`*}|*b?c\\d"})
    void aBacktickCanBeTheEscape(String word, String expected) {
        assertThat(WordExpander.expand(word, '`', VARIABLES)).isEqualTo(expected);
    }

    @Test
    void aPatternHasALimit() {
        var variables = Map.of("LONG", "x".repeat(100_000));

        assertThat(WordExpander.expand("${LONG#" + "?".repeat(1024) + "}", '\\', variables))
                .hasSize(100_000 - 1024);
        assertThatThrownBy(() -> WordExpander.expand("${LONG#" + "?".repeat(1025) + "}", '\\', variables))
                .isInstanceOf(StrataException.class);
    }

    @Test
    void aWordCannotGrowWithoutEnd() {
        var variables = Map.of("BIG", "x".repeat(1 << 20));

        assertThat(WordExpander.expand("$BIG", '\\', variables)).hasSize(1 << 20);
        assertThatThrownBy(() -> WordExpander.expand("\"$BIG$BIG\"", '\\', variables))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.SizeLimitExceeded));
    }

    @Test
    void bracesThatAreNestedTooDeeplyAreRefused() {
        assertThat(WordExpander.expand("${a:-".repeat(100) + "x" + "}".repeat(100), '\\', Map.of()))
                .isEqualTo("x");
        assertThatThrownBy(() -> WordExpander.expand("${a:-".repeat(100_000) + "}".repeat(100_000), '\\', Map.of()))
                .isInstanceOf(StrataException.class)
                .hasMessageContaining("cannot expand");
    }

    @Test
    @Timeout(20)
    void aHostilePatternIsMatchedInBoundedTime() {
        var variables = Map.of("v", "a".repeat(20_000));
        for (String form : List.of("${v#%s}", "${v##%s}", "${v%%%s}", "${v%%%%%s}", "${v/%s/x}", "${v//%s/x}")) {
            for (String pattern : List.of("*".repeat(1000) + "b", "*a".repeat(500) + "b")) {
                assertThat(WordExpander.expand(form.formatted(pattern), '\\', variables))
                        .isEqualTo(variables.get("v"));
            }
        }
    }
}
