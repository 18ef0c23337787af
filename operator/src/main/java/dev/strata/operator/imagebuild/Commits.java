/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Commits that were looked up lately, so that an event does not ask the git server again. Bounded; thread-safe.
final class Commits {
    private static final int MOST = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    private record Known(String commit, Instant at) {}

    /// What `source` (of one ImageBuild: url, revision and request) named when it was looked up at most `age` ago.
    @Nullable
    String recent(String source, Duration age, Instant now) {
        lock.lock();
        try {
            Known entry = known.get(source);
            return entry == null || entry.at().plus(age).isBefore(now) ? null : entry.commit();
        } finally {
            lock.unlock();
        }
    }

    void remember(String source, String commit, Instant now) {
        lock.lock();
        try {
            known.put(source, new Known(commit, now));
            if (known.size() > MOST) {
                known.remove(known.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }
}
