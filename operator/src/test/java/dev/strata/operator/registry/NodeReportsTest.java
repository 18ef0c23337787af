/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NodeReportsTest {
    private static final String LINE =
            "{\"node\":\"n\",\"registries\":{\"a:5000\":{\"ready\":true,\"reason\":\"Reachable\"},"
                    + "\"b:5000\":{\"ready\":false,\"reason\":\"TlsFailed\"},"
                    + "\"c:5000\":{\"ready\":false,\"reason\":\"not one word!\"}},\"seccomp\":{}}";

    @Test
    void theLastReportCounts() {
        var report = NodeReports.parse("{\"registries\":{}}\nPicked up options\n" + LINE + "\nOpenJDK warning\n");
        assertThat(report.about("a:5000")).isEmpty();
        assertThat(report.about("b:5000")).isEqualTo("TlsFailed");
        assertThat(report.about("other:5000")).isEqualTo("NotSeenYet");
    }

    @Test
    void aReasonThatIsNoWordIsNotRepeated() {
        assertThat(NodeReports.parse(LINE).about("c:5000")).isEqualTo("AgentNotReporting");
    }

    @Test
    void aLogWithoutReportIsNotReady() {
        assertThat(NodeReports.parse("").about("a:5000")).isEqualTo("AgentNotReporting");
        assertThat(NodeReports.parse("null\n[]\n{\"x\":1}\n{").about("a:5000")).isEqualTo("AgentNotReporting");
    }
}
