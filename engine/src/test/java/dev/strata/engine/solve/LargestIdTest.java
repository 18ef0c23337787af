/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.layer.Tree;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// 4294967295 is no id: chown(2) takes it for "leave it", and no layer that names it can be read again.
class LargestIdTest {
    private static final Tree EMPTY = Tree.of(List.of());

    @Test
    void theLargestIdIsOneLessThanThirtyTwoBits() {
        assertThat(Owner.parse("4294967294", EMPTY)).isEqualTo(new Owner(-2, -2));
    }

    @Test
    void aLargerNumberIsNoUserAndNoGroup() {
        for (String spec : List.of("4294967295", "0:4294967295")) {
            StrataException refused = catchThrowableOfType(StrataException.class, () -> Owner.parse(spec, EMPTY));
            assertThat(refused.problem().code()).isEqualTo(ProblemCode.UnknownUser);
        }
    }
}
