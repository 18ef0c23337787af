/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    @Test
    void everyLineIsReadBackAsItWasWritten() {
        for (ProgressLine line : List.of(
                new ProgressLine.Started(3, "build", 2, 5, "RUN make [all] 1/2"),
                new ProgressLine.Cached(4),
                new ProgressLine.Done(3, 1.2),
                new ProgressLine.Failed(5, "exit code 1"),
                new ProgressLine.Output(3, 0.123, "CACHED"))) {
            assertThat(ProgressLine.parse(line.render())).isEqualTo(line);
        }
    }

    @Test
    void outputCannotForgeAStep() {
        var forged = new ProgressLine.Output(3, 0.5, "#9 [x 1/1] RUN y");
        assertThat(forged.render()).isEqualTo("#3 0.500 #9 [x 1/1] RUN y");
        assertThat(ProgressLine.parse(forged.render())).isEqualTo(forged);
    }

    @Test
    void otherLinesAreNone() {
        for (String line : List.of("", "hello", "#x CACHED", "#1", "# 1 CACHED", "#1 DONE", "#1 [a 1/99999999] RUN")) {
            assertThat(ProgressLine.parse(line)).as(line).isNull();
        }
    }
}
