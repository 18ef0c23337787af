/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.crds.registry.Registry;
import dev.strata.crds.registry.RegistryStatus;
import dev.strata.engine.problem.StrataException;
import dev.strata.operator.access.Access;
import dev.strata.operator.condition.Faults;
import dev.strata.operator.condition.StatusPatch;
import dev.strata.operator.config.OperatorConfig;
import dev.strata.operator.informer.LeanStore;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a Registry to what its spec asks for, and removes what it left in other namespaces when
/// it is deleted.
@ControllerConfiguration(
        name = "registry",
        fieldManager = RegistryNames.OPERATOR,
        finalizerName = "strata.dev/registry",
        informer = @Informer(itemStore = RegistryStore.class, informerListLimit = LeanStore.PAGE))
public final class RegistryReconciler implements Reconciler<Registry>, Cleaner<Registry> {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryReconciler.class);

    /// Everything is looked at again after so long: the agents' reports, the certificate's age,
    /// deleted objects.
    private static final Duration SETTLED = Duration.ofSeconds(60);

    private static final Duration UNSETTLED = Duration.ofSeconds(3);

    /// What another namespace does not take, somebody there must mend first.
    private static final Duration UNDELIVERED = Duration.ofSeconds(20);

    /// A deletion that cannot be cleaned up for so long is let go, so that no namespace hangs.
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final OperatorConfig config;
    private final RegistryWork work;
    private final AtomicBoolean swept = new AtomicBoolean();

    /// @param client used by all reconciles, at the same time
    public RegistryReconciler(KubernetesClient client, OperatorConfig config) {
        this.config = config;
        this.work = new RegistryWork(client, config);
    }

    @Override
    public List<EventSource<?, Registry>> prepareEventSources(EventSourceContext<Registry> context) {
        var statefulSets = InformerEventSourceConfiguration.from(StatefulSet.class, Registry.class)
                .withLabelSelector(RegistryNames.MANAGED_BY + "=" + RegistryNames.OPERATOR)
                .withItemStore(new RegistryStore<>())
                .withInformerListLimit(LeanStore.PAGE)
                .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(Registry.class))
                .build();
        // Whoever changes a namespace's labels may change which Registries are shared with it.
        var namespaces = InformerEventSourceConfiguration.from(Namespace.class, Registry.class)
                .withItemStore(new RegistryStore<>())
                .withInformerListLimit(LeanStore.OWN_PAGE)
                .withSecondaryToPrimaryMapper(_ -> context.getPrimaryCache()
                        .list(Access::isShared)
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
                .withOnUpdateFilter((now, before) -> !Objects.equals(
                        now.getMetadata().getLabels(), before.getMetadata().getLabels()))
                .build();
        return List.of(
                new InformerEventSource<>(statefulSets, context), new InformerEventSource<>(namespaces, context));
    }

    @Override
    public UpdateControl<Registry> reconcile(Registry registry, Context<Registry> context) {
        if (swept.compareAndSet(false, true)) {
            sweep();
        }
        Instant now = Instant.now();
        RegistryObserved observed = work.bring(registry, now);
        RegistryStatus status = RegistryStatuses.of(observed, registry.getStatus(), now);
        boolean changed = StatusPatch.write(registry, new Registry(), status, RegistryStore::slimmed, context);
        return UpdateControl.<Registry>noUpdate()
                .rescheduleAfter(pause(observed, status, changed, now).toMillis());
    }

    /// Says why a reconcile could not be done, which is tried again, later and later. What the API server answers may
    /// be over with the second try, some seconds later, and until then nobody need wait for the registry.
    @Override
    public ErrorStatusUpdateControl<Registry> updateErrorStatus(
            Registry registry, Context<Registry> context, Exception fault) {
        ErrorStatusUpdateControl<Registry> done = ErrorStatusUpdateControl.noStatusUpdate();
        int tries = context.getRetryInfo().map(RetryInfo::getAttemptCount).orElse(0);
        Exception thrown = Faults.thrown(fault);
        if (thrown instanceof KubernetesClientException && tries == 0) {
            return done;
        }
        RegistryStatus status = RegistryStatuses.faulty(
                RegistryNames.of(registry, config.clusterDomain()).host(),
                registry.getMetadata().getGeneration(),
                Faults.problem(thrown),
                registry.getStatus(),
                Instant.now());
        try {
            StatusPatch.write(registry, new Registry(), status, RegistryStore::slimmed, context);
        } catch (KubernetesClientException e) {
            LOG.atWarn().addKeyValue("code", e.getCode()).log("a fault cannot be written into the status");
        }
        return done;
    }

    /// When it is looked at again. What never settles is looked at later and later, the longer ago its conditions
    /// have changed: each look reads every agent's log.
    ///
    /// @param changed whether this look has found something new
    static Duration pause(RegistryObserved observed, RegistryStatus status, boolean changed, Instant now) {
        if (observed.crowdedOut()) {
            return SETTLED;
        }
        boolean settled = observed.serves()
                && observed.taken().isEmpty()
                && observed.refused().isEmpty()
                && observed.nodes().failing() == 0;
        if (settled) {
            return Map.of().equals(observed.undelivered()) ? SETTLED : UNDELIVERED;
        }
        if (changed) {
            return UNSETTLED;
        }
        Duration quiet = Duration.between(lastTransition(status, now), now);
        return Collections.min(List.of(SETTLED, Collections.max(List.of(UNSETTLED, quiet.dividedBy(5)))));
    }

    private static Instant lastTransition(RegistryStatus status, Instant otherwise) {
        return Objects.requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
                .map(condition -> Instant.parse(condition.getLastTransitionTime()))
                .max(Comparator.naturalOrder())
                .orElse(otherwise);
    }

    @Override
    public DeleteControl cleanup(Registry registry, Context<Registry> context) {
        try {
            work.remove(registry);
        } catch (KubernetesClientException | StrataException e) {
            Instant asked = Instant.parse(registry.getMetadata().getDeletionTimestamp());
            if (asked.plus(PATIENCE).isAfter(Instant.now())) {
                throw e;
            }
            LOG.warn(
                    "Registry {} is let go although its objects in other namespaces could not all be removed",
                    RegistryNames.of(registry, config.clusterDomain()).host(),
                    e);
        }
        return DeleteControl.defaultDelete();
    }

    /// Tries once more, when this process leads, to remove what was let go. A record that stays takes the place of
    /// another Registry in its namespace.
    private void sweep() {
        for (Registry left : work.left()) {
            try {
                work.remove(left);
            } catch (KubernetesClientException | StrataException e) {
                LOG.warn(
                        "what the deleted Registry {} has left could not all be removed",
                        RegistryNames.of(left, config.clusterDomain()).host(),
                        e);
            }
        }
    }
}
