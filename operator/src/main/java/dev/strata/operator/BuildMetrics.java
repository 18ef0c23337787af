/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Supplier;

/// What builds come to, in numbers. No series carries the name of a resource or a namespace.
public final class BuildMetrics {
    private final MeterRegistry registry;
    private final Timer queue;

    public BuildMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.queue = Timer.builder("strata.imagebuild.queue")
                .description("From the creation of a Job to the start of its pod")
                .register(registry);
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

    /// Counts what there is whenever somebody looks.
    ///
    /// @param active builds that run, in all namespaces
    /// @param queued builds that wait for others to end
    public void now(Supplier<Number> active, Supplier<Number> queued) {
        Gauge.builder("strata.imagebuild.active", active).register(registry);
        Gauge.builder("strata.imagebuild.queued", queued).register(registry);
    }
}
