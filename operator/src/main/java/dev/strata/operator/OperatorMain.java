/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import dev.strata.engine.problem.StrataException;
import dev.strata.operator.config.OperatorConfig;
import dev.strata.operator.confirm.Reach;
import dev.strata.operator.imagebuild.ImageBuildReconciler;
import dev.strata.operator.informer.LeanJson;
import dev.strata.operator.registry.RegistryReconciler;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operator's process: reads its settings, puts the reconcilers together and runs them while it leads.
public final class OperatorMain {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);
    private static final String LEASE = "strata-operator";

    /// As many reconciles at once: each may read a few objects of 1.5 MiB, whoever has made them.
    static final int RECONCILERS = 4;

    private static final Duration GRACE = Duration.ofSeconds(20);

    private OperatorMain() {}

    public static void main(String[] args) throws IOException {
        try {
            run(OperatorConfig.from(System.getenv()));
        } catch (StrataException e) {
            LOG.error(e.problem().render());
            System.exit(2);
        }
    }

    private static void run(OperatorConfig config) throws IOException {
        LOG.atInfo().addKeyValue("config", config).log("the operator starts");
        KubernetesClient client = new KubernetesClientBuilder()
                .withKubernetesSerialization(LeanJson.serialization())
                .build();
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var liveness = new Liveness(client, config.namespace(), LEASE);
        var started = new AtomicBoolean();
        var stopping = new AtomicBoolean();
        Operator operator = operator(client, config, registry, liveness, stopping);
        var health = new HealthServer(
                config.port(),
                liveness::trouble,
                () -> started.get() && operator.getRuntimeInfo().allEventSourcesAreHealthy()
                        ? null
                        : "the informers are not synced",
                registry::scrape);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            stopping.set(true);
            operator.stop();
            health.close();
        }));

        register(operator, new ImageBuildReconciler(client, config, new BuildMetrics(registry), Reach.REMOTE));
        register(operator, new RegistryReconciler(client, config));

        operator.start();
        started.set(true);
    }

    private static Operator operator(
            KubernetesClient client,
            OperatorConfig config,
            PrometheusMeterRegistry registry,
            Liveness liveness,
            AtomicBoolean stopping) {
        return new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withMetrics(MicrometerMetrics.withoutPerResourceMetrics(registry))
                .withConcurrentReconciliationThreads(RECONCILERS)
                .withReconciliationTerminationTimeout(GRACE)
                .withLeaderElectionConfiguration(election(config, liveness, stopping)));
    }

    private static LeaderElectionConfiguration election(
            OperatorConfig config, Liveness liveness, AtomicBoolean stopping) {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                .withLeaseNamespace(config.namespace())
                .withIdentity(config.podName())
                .withLeaderCallbacks(new LeaderCallbacks(
                        () -> liveness.leads(true),
                        () -> {
                            liveness.leads(false);
                            exitUnless(stopping);
                        },
                        leader -> LOG.atInfo().addKeyValue("leader", leader).log("a leader is elected")))
                .withExitOnStopLeading(false)
                .build();
    }

    /// Ends the process when it has lost its lease. Not while it stops by itself: JOSDK would call `exit` within the
    /// shutdown hook, which then waits for itself.
    private static void exitUnless(AtomicBoolean stopping) {
        if (!stopping.get()) {
            LOG.error("the lease is lost");
            Runtime.getRuntime().halt(1);
        }
    }

    /// A failure is tried again without end, at most 5 minutes apart: JOSDK's own default gives up.
    static <R extends HasMetadata> void register(Operator operator, Reconciler<R> reconciler) {
        operator.register(
                reconciler,
                (ControllerConfigurationOverrider<R> overrider) -> overrider
                        .withRetry(new GenericRetry()
                                .setInitialInterval(Duration.ofSeconds(2))
                                .setIntervalMultiplier(2)
                                .setMaxInterval(Duration.ofMinutes(5).toMillis())
                                .withoutMaxAttempts())
                        .withReconciliationMaxInterval(Duration.ofMinutes(10)));
    }
}
