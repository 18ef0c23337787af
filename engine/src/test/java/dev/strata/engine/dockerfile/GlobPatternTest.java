/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of Go's path/filepath.Match, for one name.
class GlobPatternTest {

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '\0',
            value = {
                "abc abc true",
                "abc abcd false",
                "* abc true",
                "*c abc true",
                "a* a true",
                "a*c abbc true",
                "a*c abbd false",
                "*.* a.b true",
                "?bc abc true",
                "?bc bc false",
                "? 글 true",
                "? 😀 true",
                "a.c abc false",
                "a+ aa false",
                "a(b)|{c}$ a(b)|{c}$ true",
                "[ab]c bc true",
                "[a-c]x bx true",
                "[a-c]x dx false",
                "[^a-c]x dx true",
                "[^a-c]x ax false",
                "[!a] ! true",
                "[!a] b false",
                "[a^] ^ true",
                "[\\]] ] true",
                "[\\-x] - true",
                "[\\d] 5 false",
                "[\\d] d true",
                "[a&&b] & true",
                "[[] [ true",
                "[c-a] b false",
                "[^c-a] b true",
                "] ] true",
                "\\* * true",
                "\\* a false",
                "\\a a true",
            })
    void aNameMatchesAsInGo(String pattern, String name, boolean expected) {
        assertThat(GlobPattern.parse(pattern).matches(name)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[a", "[]", "[]a]", "[^]", "[-x]", "[x-]", "[a-", "[\\", "a\\"})
    void aDamagedPatternIsRefused(String pattern) {
        assertThatThrownBy(() -> GlobPattern.parse(pattern))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.DockerfileSyntaxError));
    }

    @ParameterizedTest
    @CsvSource({"a*,true", "a?,true", "[a],true", "a\\*,true", "a/b.c,false", "a{b},false"})
    void onlyFourCharactersMakeAPattern(String path, boolean expected) {
        assertThat(GlobPattern.isPattern(path)).isEqualTo(expected);
    }
}
