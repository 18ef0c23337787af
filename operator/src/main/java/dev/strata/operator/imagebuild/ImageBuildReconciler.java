/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.operator.BuildMetrics;
import dev.strata.operator.condition.Faults;
import dev.strata.operator.condition.StatusPatch;
import dev.strata.operator.config.OperatorConfig;
import dev.strata.operator.confirm.Reach;
import dev.strata.operator.git.GitRemote;
import dev.strata.operator.informer.LeanStore;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps an image built: observes, decides, applies, writes the status.
@ControllerConfiguration(
        name = "imagebuild",
        fieldManager = "strata-operator",
        generationAwareEventProcessing = false,
        informer =
                @Informer(
                        onUpdateFilter = BuildTriggers.Asked.class,
                        itemStore = SlimStore.class,
                        informerListLimit = LeanStore.PAGE))
public final class ImageBuildReconciler implements Reconciler<ImageBuild> {
    private static final Logger LOG = LoggerFactory.getLogger(ImageBuildReconciler.class);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration LATER = Duration.ofSeconds(15);
    private static final Duration SELDOM = Duration.ofMinutes(5);

    private final OperatorConfig config;
    private final Sources sources;
    private final RunningBuild running;
    private final BuildJobs jobs;
    private final LeftRequests left;
    private final BuildRecord record;
    private final Confirmation confirmation;
    private final BuildStart start;
    private final AttemptInputs inputs;
    private final SimpleInboundEventSource<ImageBuild> answers = new SimpleInboundEventSource<>("answers");

    /// @param reach which registries are asked for the images that were pushed to them
    public ImageBuildReconciler(KubernetesClient client, OperatorConfig config, BuildMetrics metrics, Reach reach) {
        this.config = config;
        var preflight = new Preflight(client, config);
        this.running = new RunningBuild(client);
        this.jobs = new BuildJobs(client);
        this.left = new LeftRequests(client);
        this.confirmation = new Confirmation(client, reach, answers::propagateEvent);
        this.inputs = new AttemptInputs(client);
        var git = new GitRemote(config.clusterDomain());
        this.sources = new Sources(
                (namespace, source) ->
                        git.resolve(source.url(), source.revision(), preflight.gitCredentials(namespace, source)),
                Aside.of(GitRemote.AT_ONCE, answers::propagateEvent),
                inputs::version,
                config.gitPoll());
        this.start = new BuildStart(config, preflight, new WholeBuilds(client), jobs, inputs, answers::propagateEvent);
        this.record = new BuildRecord(new BuildEvents(client), metrics);
    }

    @Override
    public List<EventSource<?, ImageBuild>> prepareEventSources(EventSourceContext<ImageBuild> context) {
        InformerEventSource<Job, ImageBuild> made = BuildTriggers.jobs(context);
        record.count(made::list, context.getPrimaryCache()::list);
        return List.of(made, BuildTriggers.pods(context), answers);
    }

    @Override
    public UpdateControl<ImageBuild> reconcile(ImageBuild build, Context<ImageBuild> context) {
        ImageBuildObserved observed = observed(build, context);
        var statuses = new ImageBuildStatuses(build, observed, Instant.now());
        Outcome outcome;
        try {
            outcome = step(build, observed, statuses, BuildTriggers.jobs(context));
        } catch (StrataException e) {
            outcome =
                    new Outcome(statuses.refused(e.problem()), again(e.problem().code()));
            record.refused(build, observed.nextNumber(), e.problem());
        }
        if (StatusPatch.write(build, new ImageBuild(), outcome.status(), SlimStore::slimmed, context)) {
            record.changed(build, outcome.status(), observed);
        }
        if (!observed.runs()) {
            start.wakeOthers(BuildTriggers.jobs(context), statuses.now());
        }
        UpdateControl<ImageBuild> done = UpdateControl.noUpdate();
        return outcome.again() == null ? done : done.rescheduleAfter(outcome.again());
    }

    /// Says why a reconcile could not be done, which is tried again, later and later.
    @Override
    public ErrorStatusUpdateControl<ImageBuild> updateErrorStatus(
            ImageBuild build, Context<ImageBuild> context, Exception fault) {
        ErrorStatusUpdateControl<ImageBuild> done = ErrorStatusUpdateControl.noStatusUpdate();
        Exception thrown = Faults.thrown(fault);
        if (thrown instanceof KubernetesClientException e && e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
            // Somebody else was faster; the next try sees what they wrote.
            return done;
        }
        ImageBuildObserved observed = observed(build, context);
        var status = new ImageBuildStatuses(build, observed, Instant.now()).refused(Faults.problem(thrown));
        try {
            if (StatusPatch.write(build, new ImageBuild(), status, SlimStore::slimmed, context)) {
                record.changed(build, status, observed);
            }
        } catch (KubernetesClientException e) {
            LOG.atWarn().addKeyValue("code", e.getCode()).log("a fault cannot be written into the status");
        }
        return done;
    }

    private static ImageBuildObserved observed(ImageBuild build, Context<ImageBuild> context) {
        return ImageBuildObserved.of(
                build, context.getSecondaryResources(Job.class), context.getSecondaryResources(Pod.class));
    }

    /// A Registry is often applied together with the builds that push into it.
    private static Duration again(ProblemCode code) {
        return code == ProblemCode.RegistryNotReady || code == ProblemCode.RegistryNotFound ? SOON : LATER;
    }

    private static boolean failed(ImageBuildObserved observed) {
        Job newest = observed.newest();
        return newest != null && observed.failed(newest);
    }

    private Outcome step(
            ImageBuild build,
            ImageBuildObserved observed,
            ImageBuildStatuses statuses,
            InformerEventSource<Job, ImageBuild> cache) {
        left.remove(build, observed);
        Target target = Target.of(build, config.clusterDomain());
        Sources.Found source = sources.find(build, observed, statuses.now());
        if (source == null) {
            return Outcome.asked(build, statuses.lookingUp());
        }
        if (source.began()) {
            record.unseen(build, observed, source);
        }
        IsolationMode asked = Preflight.asked(build.getSpec());
        var wanted = new Wanted(
                RebuildKey.of(
                        ImageBuildDesired.request(build, 0, target, source.commit()),
                        asked,
                        ImageBuildDesired.pullSecrets(build.getSpec())),
                failed(observed) ? inputs.digest(build, target) : "",
                Wanted.request(build),
                Sources.name(build.getSpec()));
        boolean suspend = Boolean.TRUE.equals(build.getSpec().suspend());
        Duration next = sources.next(build, source, statuses.now());
        return switch (BuildStep.decide(observed, wanted, config.builderImage(), suspend, statuses.now())) {
            case BuildStep.Create create -> start.make(build, create, target, source, wanted, statuses, cache);
            case BuildStep.Replace replace -> {
                jobs.delete(replace.job());
                yield new Outcome(statuses.running(replace.job(), null, replace.why()), SOON);
            }
            case BuildStep.GiveUp end -> {
                jobs.end(end.job(), end.reason(), observed.pods(end.job()));
                yield new Outcome(
                        statuses.running(end.job(), running.progress(build, observed, end.job()), null), SOON);
            }
            case BuildStep.Wait wait -> {
                Trouble trouble = running.trouble(observed, wait.job());
                if (trouble != null && observed.pods(wait.job()).isEmpty()) {
                    jobs.refused(wait.job(), trouble);
                }
                yield new Outcome(
                        statuses.running(wait.job(), running.progress(build, observed, wait.job()), trouble), SOON);
            }
            case BuildStep.Confirm confirm -> confirm(build, confirm, target, statuses, source);
            case BuildStep.Retry retry ->
                new Outcome(
                        statuses.retrying(retry.job(), retry.due()),
                        Duration.between(statuses.now(), retry.due()).plusMillis(1));
            case BuildStep.Finish finish -> {
                jobs.prune(build, observed);
                yield new Outcome(
                        statuses.finished(finish.job(), source.problem()),
                        observed.failed(finish.job())
                                ? Outcome.soonest(next, AttemptInputs.next(build, target))
                                : next);
            }
            case BuildStep.Keep _ -> new Outcome(statuses.kept(source.problem()), next);
            case BuildStep.Rest _ -> new Outcome(statuses.idle("Suspended", "spec.suspend is true"), null);
        };
    }

    private Outcome confirm(
            ImageBuild build,
            BuildStep.Confirm step,
            Target target,
            ImageBuildStatuses statuses,
            Sources.Found source) {
        try {
            if (!confirmation.confirmed(build, target, step.image())) {
                return Outcome.asked(build, statuses.running(step.job(), null, null));
            }
        } catch (StrataException e) {
            return new Outcome(
                    statuses.unconfirmed(step.job(), e.problem()), statuses.late(step.job()) ? SELDOM : LATER);
        }
        Job confirmed = jobs.confirmed(step.job(), step.image());
        var fresh = new ImageBuildStatuses(build, statuses.observed().with(confirmed), statuses.now());
        return new Outcome(fresh.finished(confirmed, source.problem()), sources.next(build, source, statuses.now()));
    }
}
