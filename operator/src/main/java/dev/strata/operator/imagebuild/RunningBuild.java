/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.report.ProgressLine;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Looks at a running build: the end of its log, and why its pod does not get on.
final class RunningBuild {
    private static final int TAIL_LINES = 200;
    private static final int TAIL_BYTES = 64 * 1024;
    private static final int MAX_INSTRUCTION = 200;

    private final KubernetesClient client;

    RunningBuild(KubernetesClient client) {
        this.client = client;
    }

    /// The step that a builder which has ended was at; of one that runs, the last step that the log's end shows
    /// begin, and what the status had while a long RUN has pushed it out.
    ImageBuildStatus.@Nullable Progress progress(ImageBuild build, ImageBuildObserved observed, Job job) {
        ImageBuildStatus.Progress left = LeftStep.of(observed, job);
        if (left != null) {
            return left;
        }
        ImageBuildStatus old = build.getStatus();
        ImageBuildStatus.Progress progress = old == null ? null : old.progress();
        List<Pod> pods = observed.pods(job);
        if (pods.isEmpty() || "Pending".equals(pods.getFirst().getStatus().getPhase())) {
            return progress;
        }
        for (String line : tail(pods.getFirst()).lines().toList()) {
            if (ProgressLine.parse(line) instanceof ProgressLine.Started started) {
                String text = started.instruction();
                progress = new ImageBuildStatus.Progress(
                        started.step(),
                        started.total(),
                        text.length() > MAX_INSTRUCTION ? text.substring(0, MAX_INSTRUCTION) : text,
                        started.stage(),
                        null);
            }
        }
        return progress;
    }

    /// Why the build does not get on: what its pod shows, or why there is none.
    @Nullable
    Trouble trouble(ImageBuildObserved observed, Job job) {
        Trouble shown = Trouble.of(observed, job);
        return shown == null && observed.pods(job).isEmpty() ? forbidden(job) : shown;
    }

    /// A quota or a policy refuses the pod; only an Event of the Job says so.
    private @Nullable Trouble forbidden(Job job) {
        return client
                .v1()
                .events()
                .inNamespace(job.getMetadata().getNamespace())
                .withField("involvedObject.uid", job.getMetadata().getUid())
                .withField("reason", "FailedCreate")
                .list()
                .getItems()
                .stream()
                .map(Event::getMessage)
                .findFirst()
                .map(Trouble::refused)
                .orElse(null);
    }

    private String tail(Pod pod) {
        try {
            String log = client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .inContainer("build")
                    .limitBytes(TAIL_BYTES)
                    .tailingLines(TAIL_LINES)
                    .getLog();
            return log == null ? "" : log;
        } catch (KubernetesClientException e) {
            // The container has just begun or ended: its log is read again with the next reconcile.
            return "";
        }
    }
}
