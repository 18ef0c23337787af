/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.crds.imagebuild.ImageBuildStatus;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.report.BuildRequest;
import dev.strata.operator.BuildMetrics;
import dev.strata.operator.condition.StatusPatch;
import dev.strata.operator.config.OperatorConfig;
import dev.strata.operator.git.GitRemote;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps an image built: observes, decides, applies, writes the status.
@ControllerConfiguration(name = "imagebuild", fieldManager = "strata-operator")
public final class ImageBuildReconciler implements Reconciler<ImageBuild> {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration LATER = Duration.ofSeconds(15);

    private final OperatorConfig config;
    private final GitRemote git;
    private final Commits commits = new Commits();
    private final Preflight preflight;
    private final RunningBuild running;
    private final BuildJobs jobs;
    private final BuildRecord record;
    private final Confirmation confirmation;
    private final Slots slots;

    public ImageBuildReconciler(KubernetesClient client, OperatorConfig config, BuildMetrics metrics) {
        this.config = config;
        this.git = new GitRemote(config.clusterDomain());
        this.preflight = new Preflight(client, config);
        this.running = new RunningBuild(client);
        this.jobs = new BuildJobs(client);
        this.confirmation = new Confirmation(client);
        this.slots = new Slots(config.maxActiveBuilds(), config.maxActiveBuildsPerNamespace());
        this.record = new BuildRecord(new BuildEvents(client), metrics);
    }

    @Override
    public List<EventSource<?, ImageBuild>> prepareEventSources(EventSourceContext<ImageBuild> context) {
        return List.of(labelled(Job.class, context), labelled(Pod.class, context));
    }

    @Override
    public UpdateControl<ImageBuild> reconcile(ImageBuild build, Context<ImageBuild> context) {
        ImageBuildObserved observed = ImageBuildObserved.of(
                build, context.getSecondaryResources(Job.class), context.getSecondaryResources(Pod.class));
        var statuses = new ImageBuildStatuses(build, observed, Instant.now());
        Outcome outcome;
        try {
            outcome = step(build, observed, statuses, jobSource(context));
        } catch (StrataException e) {
            outcome =
                    new Outcome(statuses.refused(e.problem()), again(e.problem().code()));
            record.refused(build, observed.nextNumber(), e.problem());
        }
        if (StatusPatch.write(build, new ImageBuild(), outcome.status(), context)) {
            record.changed(build, outcome.status(), observed);
        }
        UpdateControl<ImageBuild> done = UpdateControl.noUpdate();
        return outcome.again() == null ? done : done.rescheduleAfter(outcome.again());
    }

    /// A status, and when to look again without an event; null for not at all.
    private record Outcome(
            ImageBuildStatus status, @Nullable Duration again) {}

    /// A Registry is often applied together with the builds that push into it.
    private static Duration again(ProblemCode code) {
        return code == ProblemCode.RegistryNotReady || code == ProblemCode.RegistryNotFound ? SOON : LATER;
    }

    private static InformerEventSource<Job, ImageBuild> jobSource(Context<ImageBuild> context) {
        return (InformerEventSource<Job, ImageBuild>)
                context.eventSourceRetriever().getEventSourceFor(Job.class);
    }

    private Outcome step(
            ImageBuild build,
            ImageBuildObserved observed,
            ImageBuildStatuses statuses,
            InformerEventSource<Job, ImageBuild> cache) {
        Target target = ImageBuildDesired.target(build, config.clusterDomain());
        String commit = commit(build);
        IsolationMode asked = Preflight.asked(build.getSpec());
        String key = ImageBuildDesired.key(
                ImageBuildDesired.request(build, 0, target, commit),
                asked,
                ImageBuildDesired.pullSecrets(build.getSpec()));
        boolean suspend = Boolean.TRUE.equals(build.getSpec().suspend());
        Duration poll = build.getSpec().source().git() == null ? null : interval(build.getSpec());
        return switch (BuildStep.decide(observed, key, suspend, statuses.now())) {
            case BuildStep.Create create -> create(build, create, target, commit, key, statuses, cache);
            case BuildStep.Replace replace -> {
                jobs.delete(replace.job());
                yield new Outcome(statuses.running(replace.job(), null, Trouble.superseded()), SOON);
            }
            case BuildStep.GiveUp end -> {
                jobs.end(end.job(), end.reason(), observed.pods(end.job()));
                yield new Outcome(statuses.running(end.job(), null, null), SOON);
            }
            case BuildStep.Wait wait ->
                new Outcome(
                        statuses.running(
                                wait.job(),
                                running.progress(build, observed, wait.job()),
                                running.trouble(observed, wait.job())),
                        SOON);
            case BuildStep.Confirm confirm -> confirm(build, confirm, target, statuses, poll);
            case BuildStep.Retry retry ->
                new Outcome(
                        statuses.retrying(retry.job(), retry.due()),
                        Duration.between(statuses.now(), retry.due()).plusMillis(1));
            case BuildStep.Finish finish -> {
                jobs.prune(build, observed);
                yield new Outcome(statuses.finished(finish.job()), poll);
            }
            case BuildStep.Rest _ -> new Outcome(statuses.idle("Suspended", "spec.suspend is true"), null);
        };
    }

    private Outcome create(
            ImageBuild build,
            BuildStep.Create step,
            Target target,
            @Nullable String commit,
            String key,
            ImageBuildStatuses statuses,
            InformerEventSource<Job, ImageBuild> cache) {
        IsolationMode mode = preflight.check(build, target);
        String slot = build.getMetadata().getNamespace() + "/" + ImageBuildDesired.name(build, step.number());
        Slots.Answer answer = slots.take(slot, cache.list(_ -> true), statuses.now());
        record.admitted(build.getMetadata().getUid(), answer);
        if (!answer.free()) {
            return new Outcome(statuses.idle("Queued", answer.waits()), SOON);
        }
        BuildRequest request = ImageBuildDesired.request(build, step.number(), target, commit);
        var pod = new BuilderPod(
                config.builderImage(),
                mode,
                target,
                gitSecret(build),
                ImageBuildDesired.pullSecrets(build.getSpec()),
                config.buildsNodeSelector());
        try {
            Job job = jobs.create(build, step, request, key, pod);
            // The next reconcile sees it, even when its pod's event is here before its own.
            cache.handleRecentResourceCreate(ResourceID.fromResource(job), job);
            return new Outcome(statuses.running(job, null, null), SOON);
        } catch (StrataException | KubernetesClientException e) {
            slots.free(slot);
            throw e;
        }
    }

    private Outcome confirm(
            ImageBuild build,
            BuildStep.Confirm step,
            Target target,
            ImageBuildStatuses statuses,
            @Nullable Duration poll) {
        try {
            confirmation.confirm(build, target, step.image());
        } catch (StrataException e) {
            return new Outcome(statuses.unconfirmed(step.job(), e.problem()), LATER);
        }
        Job confirmed = jobs.confirmed(step.job(), step.image());
        var fresh = new ImageBuildStatuses(build, statuses.observed().with(confirmed), statuses.now());
        return new Outcome(fresh.finished(confirmed), poll);
    }

    private static @Nullable String gitSecret(ImageBuild build) {
        ImageBuildSpec.Git source = build.getSpec().source().git();
        return source == null || source.secretRef() == null
                ? null
                : source.secretRef().name();
    }

    /// The commit of a git source, looked up at most once in an interval; null for inline files.
    private @Nullable String commit(ImageBuild build) {
        ImageBuildSpec.Git source = build.getSpec().source().git();
        if (source == null) {
            return null;
        }
        Instant now = Instant.now();
        String name = build.getMetadata().getUid() + " " + source.url() + " " + source.revision();
        String known = commits.recent(name, interval(build.getSpec()).minusSeconds(1), now);
        if (known != null) {
            return known;
        }
        String found = git.resolve(
                source.url(),
                source.revision(),
                preflight.gitCredentials(build.getMetadata().getNamespace(), source));
        commits.remember(name, found, now);
        return found;
    }

    private Duration interval(ImageBuildSpec spec) {
        ImageBuildSpec.Triggers triggers = spec.triggers();
        return triggers == null || triggers.git() == null || triggers.git().interval() == null
                ? config.gitPoll()
                : Duration.parse("PT" + triggers.git().interval().toUpperCase(Locale.ROOT));
    }

    private static <R extends HasMetadata> EventSource<R, ImageBuild> labelled(
            Class<R> type, EventSourceContext<ImageBuild> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.<R>from(type, ImageBuild.class)
                        .withLabelSelector(ImageBuildDesired.LABEL)
                        .withSecondaryToPrimaryMapper(resource -> Set.of(new ResourceID(
                                resource.getMetadata().getLabels().get(ImageBuildDesired.LABEL),
                                resource.getMetadata().getNamespace())))
                        .build(),
                context);
    }
}
