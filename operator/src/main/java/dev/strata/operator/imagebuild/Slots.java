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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// How many builds run in the whole cluster and in each namespace, and who is next. Counts the Jobs that the informer
/// knows and those that were made so lately that it does not know them yet. Thread-safe.
final class Slots {
    /// An informer that is so late will not come.
    private static final Duration LATE = Duration.ofSeconds(60);

    /// Who has not asked for so long does not wait any more.
    private static final Duration FORGOTTEN = Duration.ofSeconds(30);

    private final int most;
    private final int mostPerNamespace;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Instant> taken = new HashMap<>();

    /// When each one that waits has asked last, the one that waits longest first.
    private final LinkedHashMap<String, Instant> waiting = new LinkedHashMap<>();

    Slots(int most, int mostPerNamespace) {
        this.most = most;
        this.mostPerNamespace = mostPerNamespace;
    }

    /// Whether a slot was free, and how many are used now.
    ///
    /// @param waits what the build waits for; empty when a slot was free
    record Answer(boolean free, int used, String waits) {}

    /// Takes a slot for the Job `name` (`namespace/name`), which is about to be made.
    ///
    /// @param known the Jobs of all builds that the informer knows
    Answer take(String name, Stream<Job> known, Instant now) {
        lock.lock();
        try {
            Set<String> active = active(known, now);
            waiting.values().removeIf(asked -> asked.plus(FORGOTTEN).isBefore(now));
            if (!active.contains(name)) {
                waiting.put(name, now);
                if (!next(active).contains(name)) {
                    return new Answer(false, active.size(), reason(name, active));
                }
            }
            waiting.remove(name);
            active.add(name);
            taken.put(name, now);
            return new Answer(true, active.size(), "");
        } finally {
            lock.unlock();
        }
    }

    private Set<String> active(Stream<Job> known, Instant now) {
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
        return active;
    }

    /// Those that may start now: each one that waits, the longest first, as long as there is room for it.
    private Set<String> next(Set<String> active) {
        var full = new HashSet<>(active);
        var next = new HashSet<String>();
        for (String name : waiting.keySet()) {
            if (full.size() < most && inNamespace(name, full) < mostPerNamespace) {
                full.add(name);
                next.add(name);
            }
        }
        return next;
    }

    private String reason(String name, Set<String> active) {
        if (inNamespace(name, active) >= mostPerNamespace) {
            return "waits until one of the " + mostPerNamespace + " builds of its namespace ends";
        }
        return active.size() >= most
                ? "waits until one of " + most + " builds ends"
                : "waits for builds that have waited longer";
    }

    private static long inNamespace(String name, Set<String> names) {
        String namespace = name.substring(0, name.indexOf('/') + 1);
        return names.stream().filter(other -> other.startsWith(namespace)).count();
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
