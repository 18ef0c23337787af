/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.linux.IdMap;
import dev.strata.engine.problem.StrataException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnerTest {
    private static final IdMap POD = IdMap.parse("         0     100000      65536\n");
    private static final IdMap TWO_RANGES = IdMap.parse("0 5 10\n100 200 1\n");

    @Test
    void idsThatAreThereMayRun() {
        assertThatCode(() -> {
                    Owner.requireIds(0, List.of(0), POD, POD);
                    Owner.requireIds(65_535, List.of(65_534, 65_535), POD, POD);
                    Owner.requireIds(100, List.of(9), TWO_RANGES, TWO_RANGES);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void anIdThatIsNotThereIsToldWithThoseThatAre() {
        refuses(65_536, List.of(0), POD, "user 65536", "0 to 65535");
        refuses(-1, List.of(0), POD, "user 4294967295", "0 to 65535");
        refuses(0, List.of(0, 70_000), POD, "group 70000", "0 to 65535");
        refuses(10, List.of(0), TWO_RANGES, "user 10", "0 to 9, 100 to 100");
        refuses(0, List.of(101), TWO_RANGES, "group 101", "0 to 9, 100 to 100");
    }

    private static void refuses(int uid, List<Integer> groups, IdMap ids, String who, String there) {
        assertThatThrownBy(() -> Owner.requireIds(uid, groups, ids, ids))
                .isInstanceOfSatisfying(StrataException.class, e -> {
                    assertThat(e.problem().what()).isEqualTo("the command cannot run with the " + who);
                    assertThat(e.problem().why()).endsWith("has the ids " + there);
                });
    }
}
