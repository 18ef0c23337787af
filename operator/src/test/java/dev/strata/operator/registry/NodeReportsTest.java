/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NodeReportsTest {
    private static final String LINE = "{\"node\":\"n\",\"reachable\":[\"a.n\"],\"failing\":{\"TlsFailed\":[\"b.n\"],"
            + "\"not one word!\":[\"c.n\"]},\"seccomp\":{}}";

    @Test
    void theLastReportCounts() {
        var report = NodeReports.parse("{\"reachable\":[]}\nPicked up options\n" + LINE + "\nOpenJDK warning\n");
        assertThat(report.about("a.n")).isEmpty();
        assertThat(report.about("b.n")).isEqualTo("TlsFailed");
        assertThat(report.about("other.n")).isEqualTo("NotSeenYet");
    }

    /// 640 is what the ConfigMap of the nodes' trust has room for.
    @Test
    void aReportOfAsManyRegistriesAsThereCanBeIsAmongTheLinesThatAreRead() {
        String longest = "n".repeat(63) + "." + "n".repeat(63);
        String report = LINE.replace(
                "\"a.n\"",
                IntStream.range(0, 640).mapToObj(_ -> "\"" + longest + "\"").collect(Collectors.joining(",")));
        assertThat(report.length() / (16 * 1024)).isLessThan(NodeReports.LINES / 2);
        assertThat(NodeReports.parse(report).about(longest)).isEmpty();
    }

    @Test
    void theProfileOfBuildsIsReportedToo() {
        assertThat(NodeReports.parse(LINE.replace("\"seccomp\":{}", "\"seccomp\":{\"ready\":true}"))
                        .profile())
                .isEmpty();
        assertThat(NodeReports.parse(LINE.replace("\"seccomp\":{}", "\"seccomp\":{\"reason\":\"WriteFailed\"}"))
                        .profile())
                .isEqualTo("WriteFailed");
        assertThat(NodeReports.parse("").profile()).isEmpty();
    }

    @Test
    void anAgentThatHangsAndANodeWithoutAgentAreNotReady() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String pods = "/api/v1/namespaces/strata-system/pods";
        answer(
                server,
                pods,
                _ -> "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":["
                        + pod("one") + "," + pod("two") + "]}");
        answer(server, pods + "/one/log", _ -> LINE);
        // It has said something an hour ago.
        answer(server, pods + "/two/log", query -> query.contains("sinceSeconds=180") ? "" : LINE);
        answer(
                server,
                "/apis/apps/v1/namespaces/strata-system/daemonsets/strata-node-agent",
                _ -> "{\"kind\":\"DaemonSet\",\"apiVersion\":\"apps/v1\",\"status\":{\"desiredNumberScheduled\":3}}");
        server.start();
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .build())
                .build()) {
            Nodes nodes = new NodeReports(client, "strata-system").read().about("a.n");
            assertThat(nodes.pull()).isEqualTo(Map.of("node-one", "", "node-two", "AgentNotReporting"));
            assertThat(nodes.without()).isEqualTo(1);
        } finally {
            server.stop(0);
        }
    }

    private static void answer(HttpServer server, String path, UnaryOperator<String> answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                String body =
                        answer.apply(String.valueOf(exchange.getRequestURI().getQuery()));
                exchange.getResponseHeaders()
                        .set("Content-Type", path.endsWith("/log") ? "text/plain" : "application/json");
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
    }

    private static String pod(String name) {
        return "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"" + name
                + "\",\"namespace\":\"strata-system\"}," + "\"spec\":{\"nodeName\":\"node-" + name
                + "\",\"containers\":[{\"name\":\"agent\"}]},\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}";
    }

    @Test
    void aReasonThatIsNoWordIsNotRepeated() {
        assertThat(NodeReports.parse(LINE).about("c.n")).isEqualTo("AgentNotReporting");
    }

    @Test
    void aLogWithoutReportIsNotReady() {
        assertThat(NodeReports.parse("").about("a.n")).isEqualTo("AgentNotReporting");
        assertThat(NodeReports.parse("null\n[]\n{\"x\":1}\n{").about("a.n")).isEqualTo("AgentNotReporting");
    }
}
