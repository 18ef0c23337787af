/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Counts the failures of one operation and waits between them: 200 ms, doubled each time up to 10
/// s, of which a random half to the whole; or what the registry asked for, up to 60 s. Not
/// thread-safe.
final class Retries {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Duration LONGEST_ASKED = Duration.ofSeconds(60);

    private final int attempts;
    private int failures;

    Retries(int attempts) {
        this.attempts = attempts;
    }

    /// The operation came nearer to its end, so earlier failures no longer count.
    void progressed() {
        failures = 0;
    }

    /// Waits for the next try.
    ///
    /// @throws RegistryException `RegistryUnreachable` or `RegistryError` when there is none
    void failed(Call call, IOException failure) {
        failures++;
        if (failures >= attempts || RegistryException.isDistrust(failure)) {
            throw failure instanceof BusyException busy
                    ? RegistryException.refused(call, busy.status(), String.valueOf(busy.getMessage()))
                    : RegistryException.unreachable(call, failure);
        }
        try {
            Thread.sleep(delay(
                    failures,
                    ThreadLocalRandom.current().nextDouble(),
                    failure instanceof BusyException busy ? busy.retryAfter() : null));
        } catch (InterruptedException e) {
            throw RegistryException.interrupted(call, e);
        }
    }

    /// The wait after the `failure`th failure in a row; `random` lies in 0 to 1.
    static Duration delay(int failure, double random, @Nullable Duration asked) {
        long cap = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(failure - 1, 20));
        Duration own = Duration.ofMillis(Math.round(cap * (0.5 + random / 2)));
        if (asked == null) {
            return own;
        }
        Duration bounded = asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
        return bounded.compareTo(own) > 0 ? bounded : own;
    }

    /// Reads `Retry-After`: seconds or a date. RFC 9110, section 10.2.3.
    static Optional<Duration> retryAfter(String value, Instant now) {
        try {
            return Optional.of(
                    value.matches("[0-9]{1,9}")
                            ? Duration.ofSeconds(Long.parseLong(value))
                            : Duration.between(
                                    now,
                                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                                            .toInstant()));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
