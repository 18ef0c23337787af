/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.StrataException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReportJsonTest {
    private static final BuildRequest REQUEST = new BuildRequest(
            new BuildRequest.Source(new BuildRequest.Inline(Map.of("Dockerfile", "FROM scratch\n")), null),
            "",
            new BuildRequest.Dockerfile("Dockerfile", null),
            Map.of("b", "2", "a", "1"),
            null,
            new BuildRequest.Output("registry.example.com/team/app", List.of("latest"), "debug-1"),
            new BuildRequest.Cache("registry.example.com/team/app/cache", "team.app"));

    @Test
    void aRequestIsReadBackAsItWasWritten() {
        byte[] bytes = ReportJson.bytes(REQUEST);
        assertThat(ReportJson.request(bytes, ReportJson.digest(bytes))).isEqualTo(REQUEST);
        assertThat(new String(bytes, UTF_8))
                .contains("{\"a\":\"1\",\"b\":\"2\"}")
                .doesNotContain("target");
    }

    @Test
    void aRequestOfACommitIsReadBackAsItWasWritten() {
        var request = new BuildRequest(
                new BuildRequest.Source(null, new BuildRequest.Git("https://example.com/r.git", "0".repeat(40))),
                "context",
                new BuildRequest.Dockerfile(null, "FROM scratch\n"),
                Map.of(),
                "stage",
                REQUEST.output(),
                new BuildRequest.Cache(null, "team.app"));
        byte[] bytes = ReportJson.bytes(request);
        assertThat(new String(bytes, UTF_8))
                .isEqualTo("{\"source\":{\"git\":{\"url\":\"https://example.com/r.git\",\"commit\":\"" + "0".repeat(40)
                        + "\"}},\"contextDir\":\"context\",\"dockerfile\":{\"inline\":\"FROM scratch\\n\"},\"args\":{},"
                        + "\"target\":\"stage\",\"output\":{\"repository\":\"registry.example.com/team/app\","
                        + "\"tags\":[\"latest\"],\"debugTag\":\"debug-1\"},\"cache\":{\"scope\":\"team.app\"}}");
        assertThat(ReportJson.request(bytes, ReportJson.digest(bytes))).isEqualTo(request);
    }

    @Test
    void theDigestOfARequestIsItsSha256() {
        assertThat(ReportJson.digest(new byte[0]))
                .isEqualTo("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void aReportIsReadBackAsItWasWritten() {
        var report = failed("it broke", "the tail");
        assertThat(ReportJson.report(ReportJson.bytes(report))).isEqualTo(report);
    }

    @Test
    void aLongReportLosesTheBeginningOfItsLogTailFirst() {
        byte[] bytes = ReportJson.bytes(failed("it broke", "x".repeat(9000) + "the end"));
        assertThat(bytes).hasSizeLessThanOrEqualTo(BuildReport.MAX_BYTES);
        BuildReport.Failure failure =
                Objects.requireNonNull(ReportJson.report(bytes).failure());
        assertThat(failure.message()).isEqualTo("it broke");
        assertThat(failure.logTail()).endsWith("the end").hasSizeGreaterThan(1500);
    }

    @Test
    void aLongMessageIsCutAfterTheLogTail() {
        byte[] bytes = ReportJson.bytes(failed("it broke " + "\u20ac".repeat(9000), "the tail"));
        assertThat(bytes).hasSizeLessThanOrEqualTo(BuildReport.MAX_BYTES);
        BuildReport.Failure failure =
                Objects.requireNonNull(ReportJson.report(bytes).failure());
        assertThat(failure.message()).startsWith("it broke \u20ac");
        assertThat(failure.logTail()).isEmpty();
    }

    @Test
    void aReportAlwaysFits() {
        String huge = "\u20ac\u0001\ud83d".repeat(10_000);
        for (String image : new String[] {"registry.example.com/team/app@sha256:0", huge}) {
            var report = new BuildReport(
                    null,
                    0,
                    Collections.nCopies(100, "tag"),
                    "sha256:0",
                    2,
                    1,
                    Map.of("total", 12L),
                    new BuildReport.Failure("InstructionFailed", huge, "[stage-0 2/2] RUN " + huge, 7, 1, huge, image));
            byte[] bytes = ReportJson.bytes(report);
            assertThat(bytes).hasSizeLessThanOrEqualTo(BuildReport.MAX_BYTES);
            BuildReport.Failure failure =
                    Objects.requireNonNull(ReportJson.report(bytes).failure());
            if (image.equals(huge)) {
                assertThat(failure.message())
                        .isEqualTo("the build failed, and its report does not fit into 4096 bytes");
            } else {
                assertThat(failure.step())
                        .startsWith("[stage-0 2/2] RUN \u20ac")
                        .hasSize(200)
                        .endsWith("…");
                assertThat(failure.line()).isEqualTo(7);
                assertThat(failure.debugImage()).isEqualTo(image);
            }
        }
    }

    @Test
    void aStepIsReadBackAndIsNoReport() {
        var step = new StepReport("stage-0", 2, 5, "RUN make", 7);
        byte[] bytes = ReportJson.bytes(step);
        assertThat(ReportJson.step(bytes)).isEqualTo(step);
        assertThat(ReportJson.step((new String(bytes, UTF_8) + "  ").getBytes(UTF_8)))
                .isEqualTo(step);
        assertThatThrownBy(() -> ReportJson.report(bytes)).isInstanceOf(StrataException.class);
        assertThatThrownBy(() -> ReportJson.step(ReportJson.bytes(failed("it broke", ""))))
                .isInstanceOf(StrataException.class);
        for (String text : List.of("", "   ", "null", "{}", "{\"stage\":null,\"step\":1,\"total\":1,\"line\":1}")) {
            assertThatThrownBy(() -> ReportJson.step(text.getBytes(UTF_8)))
                    .as(text)
                    .isInstanceOf(StrataException.class);
        }
    }

    @Test
    void aStepAlwaysFits() {
        String huge = "\u20ac\ud83d\ude00".repeat(10_000);
        byte[] bytes = ReportJson.bytes(new StepReport(huge, 2, 5, huge, 7));
        assertThat(bytes).hasSizeLessThanOrEqualTo(BuildReport.MAX_BYTES);
        assertThat(ReportJson.step(bytes).instruction())
                .hasSize(200)
                .startsWith("\u20ac")
                .endsWith("…");
    }

    @Test
    void aFieldThatIsUnknownMissingOrOfAnotherKindIsRefusedByItsPath() {
        String report = "{\"imageSize\":1,\"tags\":[],\"steps\":1,\"cachedSteps\":0,\"timings\":{\"total\":1},"
                + "\"failure\":{\"reason\":\"Internal\",\"message\":\"\",\"logTail\":\"\",\"line\":null}}";
        assertThat(ReportJson.report(report.getBytes(UTF_8)).steps()).isEqualTo(1);
        Map.of(
                        report.replace("\"steps\":1", "\"steps\":1,\"surprise\":true"), "surprise is unknown",
                        report.replace("\"reason\"", "\"raison\""), "failure.reason is missing",
                        report.replace("\"line\":null", "\"lines\":1"), "failure.lines is unknown",
                        report.replace("\"steps\":1", "\"steps\":\"1\""), "steps is no number of 32 bits",
                        report.replace("\"steps\":1", "\"steps\":1.5"), "steps is no whole number",
                        report.replace("\"steps\":1", "\"steps\":4294967296"), "steps is no number of 32 bits",
                        report.replace("\"total\":1", "\"total\":[]"), "timings.total is no whole number",
                        report.replace("[]", "[1]"), "tags is no text")
                .forEach((text, why) -> assertThatThrownBy(() -> ReportJson.report(text.getBytes(UTF_8)))
                        .as(text)
                        .hasMessage("the build report cannot be read")
                        .hasRootCauseMessage("its field " + why));
    }

    @Test
    void whatIsNoReportIsRefused() {
        for (String text : List.of("", "null", "[]", "{", "{}", "{} {}", "[".repeat(3000))) {
            assertThatThrownBy(() -> ReportJson.report(text.getBytes(UTF_8)))
                    .as(text)
                    .isInstanceOf(StrataException.class);
        }
    }

    @Test
    void aRequestThatFitsNoConfigMapIsRefused() {
        var huge = new BuildRequest(
                new BuildRequest.Source(new BuildRequest.Inline(Map.of("f", "x".repeat(1_000_000))), null),
                "",
                REQUEST.dockerfile(),
                Map.of(),
                null,
                REQUEST.output(),
                REQUEST.cache());
        assertThatThrownBy(() -> ReportJson.bytes(huge)).hasMessageContaining("at most 1000000 fit");
    }

    private static BuildReport failed(String message, String tail) {
        return new BuildReport(
                null,
                0,
                List.of(),
                "sha256:0",
                2,
                1,
                Map.of("total", 12L),
                new BuildReport.Failure("InstructionFailed", message, "[stage-0 2/2] RUN false", 2, 1, tail, null));
    }
}
