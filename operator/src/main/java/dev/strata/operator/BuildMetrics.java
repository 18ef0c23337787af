/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// What builds come to, in numbers. No series carries the name of a resource or a namespace.
public final class BuildMetrics {
    private final MeterRegistry registry;
    private final Timer queue;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();

    public BuildMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.queue = Timer.builder("strata.imagebuild.queue")
                .description("From the creation of a Job to the start of its pod")
                .register(registry);
        registry.gauge("strata.imagebuild.active", active);
        registry.gauge("strata.imagebuild.queued", queued);
    }

    /// A build has ended.
    ///
    /// @param result `Succeeded` or `Failed`
    /// @param reason a `ProblemCode`, or `Succeeded`
    public void ended(String result, String reason, Duration duration) {
        registry.counter("strata.imagebuild.builds", "result", result, "reason", reason)
                .increment();
        Timer.builder("strata.imagebuild.duration")
                .description("From the creation of a Job to its end")
                .tag("result", result)
                .register(registry)
                .record(duration);
    }

    /// The time that a build waited for its pod to start.
    public void waited(Duration time) {
        queue.record(time);
    }

    /// How many builds run now, in all namespaces.
    public void active(int builds) {
        active.set(builds);
    }

    /// How many builds wait now for others to end.
    public void queued(int builds) {
        queued.set(builds);
    }
}
