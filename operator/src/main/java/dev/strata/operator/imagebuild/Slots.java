/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// How many builds run in the whole cluster. Counts the Jobs that the informer knows and those that were made so
/// lately that it does not know them yet. Thread-safe.
final class Slots {
    /// An informer that is so late will not come.
    private static final Duration LATE = Duration.ofSeconds(60);

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Instant> taken = new HashMap<>();

    Slots(int most) {
        this.most = most;
    }

    /// Whether a slot was free, and how many are used now.
    record Answer(boolean free, int used) {}

    /// Takes a slot for the Job `name` (`namespace/name`), which is about to be made.
    ///
    /// @param known the Jobs of all builds that the informer knows
    Answer take(String name, Stream<Job> known, Instant now) {
        lock.lock();
        try {
            var seen = new HashSet<String>();
            var active = new HashSet<String>();
            known.forEach(job -> {
                seen.add(name(job));
                if (!ImageBuildObserved.over(job)) {
                    active.add(name(job));
                }
            });
            taken.entrySet()
                    .removeIf(entry -> seen.contains(entry.getKey())
                            || entry.getValue().plus(LATE).isBefore(now));
            active.addAll(taken.keySet());
            boolean free = active.contains(name) || active.size() < most;
            if (free) {
                active.add(name);
                taken.put(name, now);
            }
            return new Answer(free, active.size());
        } finally {
            lock.unlock();
        }
    }

    /// Gives the slot of a Job back that could not be made.
    void free(String name) {
        lock.lock();
        try {
            taken.remove(name);
        } finally {
            lock.unlock();
        }
    }

    static String name(Job job) {
        return job.getMetadata().getNamespace() + "/" + job.getMetadata().getName();
    }
}
