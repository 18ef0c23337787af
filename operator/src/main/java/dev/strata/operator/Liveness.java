/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Whether the process should go on: its clock has not jumped, and as a leader it renews its lease.
final class Liveness {
    /// How far the clock may drift from the time that has passed since the start.
    private static final Duration DRIFT = Duration.ofMinutes(1);

    /// Four times the lease's own duration: its holder ends by itself long before.
    private static final Duration RENEWED = Duration.ofMinutes(1);

    /// How long the API server is waited for, whatever the client's own patience: less than the probe's
    /// `timeoutSeconds` in the chart, so that the kubelet never takes a slow API server for a stuck process.
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final String namespace;
    private final String lease;
    private final AtomicBoolean leads = new AtomicBoolean();
    private final Instant startTime = Instant.now();
    private final long startNanos = System.nanoTime();

    Liveness(KubernetesClient client, String namespace, String lease) {
        this.client = client;
        this.namespace = namespace;
        this.lease = lease;
    }

    void leads(boolean value) {
        leads.set(value);
    }

    /// What is wrong; null when nothing is. An API server that does not answer is not this process's fault.
    @Nullable
    String trouble() {
        Duration passed = Duration.ofNanos(System.nanoTime() - startNanos);
        Duration drift = Duration.between(startTime, Instant.now()).minus(passed);
        if (drift.abs().compareTo(DRIFT) > 0) {
            return "the clock has jumped by " + drift.toSeconds() + " s";
        }
        if (!leads.get()) {
            return null;
        }
        var question = new FutureTask<>(
                () -> client.leases().inNamespace(namespace).withName(lease).get());
        Thread.ofVirtual().name("liveness").start(question);
        try {
            Lease held = question.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (held == null || held.getSpec() == null || held.getSpec().getRenewTime() == null) {
                return null;
            }
            Duration age = Duration.between(held.getSpec().getRenewTime().toInstant(), Instant.now());
            return age.compareTo(RENEWED) > 0 ? "the lease was renewed " + age.toSeconds() + " s ago" : null;
        } catch (ExecutionException | TimeoutException e) {
            question.cancel(true);
            return null;
        } catch (InterruptedException e) {
            question.cancel(true);
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
