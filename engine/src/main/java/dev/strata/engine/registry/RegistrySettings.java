/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a [RegistryClient] connects.
///
/// @param caBundle PEM certificates that are trusted beside the runtime's own
/// @param connectTimeout limit for one connection, TLS excluded
/// @param responseTimeout limit for one answer's headers, for all of a small body, and for a stall in a blob
/// @param attempts tries in a row that make no progress before a failure is reported; at least 1
/// @param plainHttpLoopback whether loopback registries are asked over plain HTTP
public record RegistrySettings(
        Credentials credentials,
        @Nullable Path caBundle,
        Duration connectTimeout,
        Duration responseTimeout,
        int attempts,
        boolean plainHttpLoopback) {
    public RegistrySettings {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts " + attempts);
        }
    }

    /// The usual settings: 10 s to connect, 60 s to answer, 5 attempts, plain HTTP on loopback.
    public static RegistrySettings of(Credentials credentials, @Nullable Path caBundle) {
        return new RegistrySettings(credentials, caBundle, Duration.ofSeconds(10), Duration.ofSeconds(60), 5, true);
    }
}
