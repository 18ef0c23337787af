/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.ReportJson;
import dev.strata.engine.report.StepReport;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where a builder was that was killed.
final class LeftStep {
    private LeftStep() {}

    /// The step that the builder of the Job's newest pod was at; null while it runs, and when it was at none or
    /// has left a report.
    static ImageBuildStatus.@Nullable Progress of(ImageBuildObserved observed, Job job) {
        List<Pod> pods = observed.pods(job);
        if (pods.isEmpty() || pods.getFirst().getStatus() == null) {
            return null;
        }
        return pods.getFirst().getStatus().getContainerStatuses().stream()
                .filter(status -> status.getState() != null && status.getState().getTerminated() != null)
                .map(status -> status.getState().getTerminated().getMessage())
                .filter(Objects::nonNull)
                .findFirst()
                .map(LeftStep::read)
                .orElse(null);
    }

    private static ImageBuildStatus.@Nullable Progress read(String message) {
        try {
            StepReport step = ReportJson.step(message.getBytes(UTF_8));
            return new ImageBuildStatus.Progress(
                    step.step(), step.total(), step.instruction(), step.stage(), step.line());
        } catch (StrataException e) {
            return null;
        }
    }
}
