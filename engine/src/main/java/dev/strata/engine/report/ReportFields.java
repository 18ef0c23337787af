/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// [BuildReport] and [StepReport] to and from their JSON objects. Fields that are null are left out.
final class ReportFields {
    private ReportFields() {}

    static ObjectNode write(BuildReport report) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        putIfThere(object, "image", report.image());
        object.put("imageSize", report.imageSize());
        report.tags().forEach(object.putArray("tags")::add);
        putIfThere(object, "sourceRevision", report.sourceRevision());
        object.put("steps", report.steps()).put("cachedSteps", report.cachedSteps());
        ObjectNode timings = object.putObject("timings");
        new TreeMap<>(report.timings()).forEach(timings::put);
        BuildReport.Failure failure = report.failure();
        if (failure != null) {
            object.set("failure", write(failure));
        }
        return object;
    }

    private static ObjectNode write(BuildReport.Failure failure) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("reason", failure.reason()).put("message", failure.message());
        putIfThere(object, "step", failure.step());
        putIfThere(object, "line", failure.line());
        putIfThere(object, "exitCode", failure.exitCode());
        object.put("logTail", failure.logTail());
        putIfThere(object, "debugImage", failure.debugImage());
        return object;
    }

    static ObjectNode write(StepReport step) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("stage", step.stage())
                .put("step", step.step())
                .put("total", step.total())
                .put("instruction", step.instruction())
                .put("line", step.line());
    }

    static BuildReport report(Fields report) throws IOException {
        Fields failure = report.optionalObject("failure");
        var read = new BuildReport(
                report.optionalText("image"),
                report.longInteger("imageSize"),
                report.texts("tags"),
                report.optionalText("sourceRevision"),
                report.integer("steps"),
                report.integer("cachedSteps"),
                report.numbersByName("timings"),
                failure == null ? null : failure(failure));
        report.end();
        return read;
    }

    private static BuildReport.Failure failure(Fields failure) throws IOException {
        var read = new BuildReport.Failure(
                failure.text("reason"),
                failure.text("message"),
                failure.optionalText("step"),
                failure.optionalInteger("line"),
                failure.optionalInteger("exitCode"),
                failure.text("logTail"),
                failure.optionalText("debugImage"));
        failure.end();
        return read;
    }

    static StepReport step(Fields step) throws IOException {
        var read = new StepReport(
                step.text("stage"),
                step.integer("step"),
                step.integer("total"),
                step.text("instruction"),
                step.integer("line"));
        step.end();
        return read;
    }

    static void putIfThere(ObjectNode object, String name, @Nullable String value) {
        if (value != null) {
            object.put(name, value);
        }
    }

    private static void putIfThere(ObjectNode object, String name, @Nullable Integer value) {
        if (value != null) {
            object.put(name, value);
        }
    }
}
