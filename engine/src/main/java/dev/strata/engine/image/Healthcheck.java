/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import java.util.List;

/// A health check as docker's image config holds it; durations are nanoseconds, 0 means inherited. Not part of the OCI
/// specification, but kept by every builder.
public record Healthcheck(
        List<String> test, long interval, long timeout, long startPeriod, long startInterval, int retries) {
    public Healthcheck {
        test = List.copyOf(test);
    }
}
