/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The room's documents to and from JSON. Readers are bounded and refuse unknown fields; written bytes have sorted map
/// keys, so equal documents have equal bytes.
public final class ReportJson {
    /// Largest request in bytes; a ConfigMap holds 1 MiB.
    public static final int MAX_REQUEST_BYTES = 1_000_000;

    private static final int MAX_DEPTH = 16;

    /// Characters of a message that are kept as long as anything else can go.
    private static final int MAX_MESSAGE = 200;

    private static final ObjectMapper JSON = mapper();

    private ReportJson() {}

    /// A request as compact JSON.
    ///
    /// @throws StrataException `SourceTooLarge` when the request does not fit into a ConfigMap
    public static byte[] bytes(BuildRequest request) {
        byte[] bytes = write(RequestFields.write(request));
        if (bytes.length > MAX_REQUEST_BYTES) {
            throw new StrataException(Problem.of(
                    ProblemCode.SourceTooLarge,
                    "the build request has " + bytes.length + " bytes, at most " + MAX_REQUEST_BYTES + " fit",
                    "Inline files are part of the request.",
                    "keep the files in a git repository"));
        }
        return bytes;
    }

    /// At most [BuildReport#MAX_BYTES] bytes, whatever the report holds: without one nobody would know what
    /// became of the build. What is too long loses the beginning of its log tail first, then the end of its
    /// message and of its step, then its tags and timings; what then is too long becomes `Internal`.
    public static byte[] bytes(BuildReport report) {
        BuildReport shorter = wellFormed(report);
        byte[] bytes = write(ReportFields.write(shorter));
        while (bytes.length > BuildReport.MAX_BYTES) {
            shorter = shortened(shorter);
            bytes = write(ReportFields.write(shorter));
        }
        return bytes;
    }

    /// `sha256:` and the SHA-256 of the bytes in hexadecimal.
    public static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// Reads the request that was asked for, and no other.
    ///
    /// @param digest what [#digest] says of the request that was asked for; null when nobody has said
    /// @throws StrataException `InvalidArgument` when the bytes are another request, or none
    public static BuildRequest request(byte[] bytes, @Nullable String digest) {
        String found = digest(bytes);
        if (!found.equals(digest)) {
            throw new StrataException(Problem.of(
                    ProblemCode.InvalidArgument,
                    "the build request is not the one that was asked for",
                    "the request has the digest " + found + ", the Job names "
                            + (digest == null || digest.isEmpty() ? "none" : digest),
                    "look who may write ConfigMaps of this namespace, then change the ImageBuild to build again"));
        }
        return read(bytes, MAX_REQUEST_BYTES, RequestFields::read, "build request");
    }

    /// Reads a report.
    ///
    /// @throws StrataException `InvalidArgument` when the bytes are no report
    public static BuildReport report(byte[] bytes) {
        return read(bytes, BuildReport.MAX_BYTES, ReportFields::report, "build report");
    }

    /// A step, in fewer bytes than a report may have.
    public static byte[] bytes(StepReport step) {
        return write(ReportFields.write(new StepReport(
                unbroken(step.stage()), step.step(), step.total(), unbroken(step.instruction()), step.line())));
    }

    /// Reads the step that a builder which was killed has left.
    ///
    /// @throws StrataException `InvalidArgument` when the bytes are none
    public static StepReport step(byte[] bytes) {
        return read(bytes, BuildReport.MAX_BYTES, ReportFields::step, "builder's step");
    }

    private static BuildReport shortened(BuildReport report) {
        BuildReport.Failure failure = report.failure();
        if (failure != null && !failure.logTail().isEmpty()) {
            return with(report, texts(failure, failure.message(), failure.step(), cut(failure.logTail(), true)));
        }
        if (failure != null && failure.message().length() > MAX_MESSAGE) {
            return with(report, texts(failure, cut(failure.message(), false), failure.step(), ""));
        }
        String step = failure == null ? null : failure.step();
        if (failure != null && step != null && step.length() > BuildReport.MAX_STEP) {
            String start = step.substring(0, BuildReport.MAX_STEP - 1);
            return with(report, texts(failure, failure.message(), unbroken(start) + "…", ""));
        }
        if (!report.tags().isEmpty() || !report.timings().isEmpty()) {
            return new BuildReport(
                    report.image(),
                    report.imageSize(),
                    List.of(),
                    report.sourceRevision(),
                    report.steps(),
                    report.cachedSteps(),
                    Map.of(),
                    failure);
        }
        String was = failure == null ? "succeeded" : "failed";
        var unfit = new BuildReport.Failure(
                ProblemCode.Internal.name(),
                "the build " + was + ", and its report does not fit into " + BuildReport.MAX_BYTES + " bytes",
                null,
                null,
                null,
                "",
                null);
        return new BuildReport(null, 0, List.of(), null, report.steps(), report.cachedSteps(), Map.of(), unfit);
    }

    private static BuildReport with(BuildReport report, BuildReport.Failure failure) {
        return new BuildReport(
                report.image(),
                report.imageSize(),
                report.tags(),
                report.sourceRevision(),
                report.steps(),
                report.cachedSteps(),
                report.timings(),
                failure);
    }

    private static BuildReport.Failure texts(
            BuildReport.Failure failure, String message, @Nullable String step, String tail) {
        return new BuildReport.Failure(
                failure.reason(), message, step, failure.line(), failure.exitCode(), tail, failure.debugImage());
    }

    /// Three quarters of a text, or nothing when it is short: the last ones, or the first ones.
    private static String cut(String text, boolean last) {
        if (text.length() < 64) {
            return "";
        }
        int cut = text.length() / 4;
        return unbroken(last ? text.substring(cut) : text.substring(0, text.length() - cut));
    }

    /// JSON cannot hold half of a surrogate pair, which a cut text and a program's output may have.
    private static String unbroken(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static BuildReport wellFormed(BuildReport report) {
        BuildReport.Failure failure = report.failure();
        if (failure == null) {
            return report;
        }
        String step = failure.step();
        return with(
                report,
                texts(
                        failure,
                        unbroken(failure.message()),
                        step == null ? null : unbroken(step),
                        unbroken(failure.logTail())));
    }

    private static byte[] write(ObjectNode document) {
        try {
            return JSON.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new AssertionError("an object of strings and numbers is always JSON", e);
        }
    }

    private interface Reader<T> {
        T read(Fields fields) throws IOException;
    }

    private static <T> T read(byte[] bytes, int most, Reader<T> reader, String name) {
        try {
            if (bytes.length > most) {
                throw new IOException(bytes.length + " bytes, at most " + most + " are read");
            }
            return reader.read(Fields.of(JSON.readTree(bytes)));
        } catch (IOException e) {
            throw new StrataException(
                    Problem.of(
                            ProblemCode.InvalidArgument,
                            "the " + name + " cannot be read",
                            String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                            "check that the operator and the builder image are of the same release"),
                    e);
        }
    }

    private static ObjectMapper mapper() {
        ObjectMapper mapper = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build());
        return mapper;
    }
}
