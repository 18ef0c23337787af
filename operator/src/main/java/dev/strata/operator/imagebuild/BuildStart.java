/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import dev.strata.operator.config.OperatorConfig;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes the Job of a build when what it needs is there and a slot is free. What it needs is looked at before a build
/// waits and before its Job is made, never for one that goes on waiting: thousands of those ask the API server nothing.
final class BuildStart {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final OperatorConfig config;
    private final Preflight preflight;
    private final WholeBuilds builds;
    private final BuildJobs jobs;
    private final AttemptInputs inputs;
    private final Slots slots;
    private final Consumer<ResourceID> wake;

    /// @param wake has a build that waits reconciled
    BuildStart(
            OperatorConfig config,
            Preflight preflight,
            WholeBuilds builds,
            BuildJobs jobs,
            AttemptInputs inputs,
            Consumer<ResourceID> wake) {
        this.config = config;
        this.preflight = preflight;
        this.builds = builds;
        this.jobs = jobs;
        this.inputs = inputs;
        this.slots = new Slots(config.maxActiveBuilds(), config.maxActiveBuildsPerNamespace());
        this.wake = wake;
    }

    /// @throws StrataException what is missing; the build then holds no slot and no place among those that wait
    Outcome make(
            ImageBuild build,
            BuildStep.Create step,
            Target target,
            Sources.Found source,
            Wanted wanted,
            ImageBuildStatuses statuses,
            InformerEventSource<Job, ImageBuild> cache) {
        if (source.outage() != null) {
            throw new StrataException(source.outage().problem());
        }
        if (source.asked()) {
            return Outcome.asked(build, statuses.lookingUp());
        }
        String slot = build.getMetadata().getNamespace() + "/" + ImageBuildDesired.name(build, step.number());
        IsolationMode looked = slots.waits(slot) ? null : preflight.check(build, target);
        Slots.Answer answer = slots.take(slot, ResourceID.fromResource(build), cache.list(_ -> true), statuses.now());
        if (!answer.free()) {
            return new Outcome(statuses.idle(ImageBuildStatuses.QUEUED, answer.waits()), answer.again());
        }
        try {
            IsolationMode mode = looked == null ? preflight.check(build, target) : looked;
            Wanted asked = wanted.with(inputs.digest(build, target));
            Job job = job(build, step, target, source.commit(), asked, mode);
            if (job == null) {
                slots.free(slot);
                return Outcome.asked(build, statuses.idle(ImageBuildStatuses.QUEUED, "its spec has just changed"));
            }
            // The next reconcile sees it, even when its pod's event is here before its own.
            cache.handleRecentResourceCreate(ResourceID.fromResource(job), job);
            return new Outcome(statuses.running(job, null, null), SOON);
        } catch (StrataException | KubernetesClientException e) {
            slots.free(slot);
            throw e;
        }
    }

    /// Null when the ImageBuild is another one by now.
    private @Nullable Job job(
            ImageBuild build,
            BuildStep.Create step,
            Target target,
            @Nullable String commit,
            Wanted asked,
            IsolationMode mode) {
        ImageBuild whole = builds.of(build);
        if (whole == null) {
            return null;
        }
        BuildRequest request = ImageBuildDesired.request(whole, step.number(), target, commit);
        return jobs.create(whole, step, request, asked, pod(whole, target, mode));
    }

    /// Has those reconciled that wait and may start now.
    void wakeOthers(InformerEventSource<Job, ImageBuild> cache, Instant now) {
        slots.wake(() -> cache.list(_ -> true), now).forEach(wake);
    }

    private BuilderPod pod(ImageBuild build, Target target, IsolationMode mode) {
        return new BuilderPod(
                config.builderImage(),
                mode,
                target,
                AttemptInputs.gitSecret(build.getSpec()),
                ImageBuildDesired.pullSecrets(build.getSpec()),
                config.buildsNodeSelector());
    }
}
