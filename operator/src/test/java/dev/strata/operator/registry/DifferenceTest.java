/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class DifferenceTest {
    @Test
    void defaultsOfTheServerAreNoDifference() throws JsonProcessingException {
        assertThat(contains("{\"a\":{\"b\":1,\"c\":2},\"d\":3}", "{\"a\":{\"b\":1}}"))
                .isTrue();
        assertThat(contains("[{\"a\":1,\"b\":2}]", "[{\"a\":1}]")).isTrue();
    }

    @Test
    void anotherValueOrLengthIsADifference() throws JsonProcessingException {
        assertThat(contains("{\"a\":1}", "{\"a\":2}")).isFalse();
        assertThat(contains("{}", "{\"a\":\"\"}")).isFalse();
        assertThat(contains("[1,2]", "[1]")).isFalse();
        assertThat(contains("{\"a\":\"x\"}", "{\"a\":{\"b\":1}}")).isFalse();
    }

    @Test
    void quantitiesAreComparedByTheirAmount() throws JsonProcessingException {
        assertThat(contains("{\"cpu\":\"1\"}", "{\"cpu\":\"1000m\"}")).isTrue();
        assertThat(contains("{\"memory\":\"1Gi\"}", "{\"memory\":\"1024Mi\"}")).isTrue();
        assertThat(contains("{\"memory\":\"1Gi\"}", "{\"memory\":\"1G\"}")).isFalse();
        assertThat(contains("{\"a\":\"30s\"}", "{\"a\":\"31s\"}")).isFalse();
    }

    private static boolean contains(String actual, String wanted) throws JsonProcessingException {
        var mapper = new ObjectMapper();
        return Difference.contains(mapper.readTree(actual), mapper.readTree(wanted));
    }
}
