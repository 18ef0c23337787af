/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// How many builds run in the whole cluster and in each namespace, and who is next. Counts the Jobs that the informer
/// knows and those that were made so lately that it does not know them yet. In its namespace a Job counts until it has
/// ended; in the cluster only while its pod runs or may be about to, so that what cannot run holds up nobody else.
/// Thread-safe.
final class Slots {
    /// An informer that is so late will not come.
    private static final Duration LATE = Duration.ofSeconds(60);

    /// Who is so long overdue, or has been woken so long ago and has not asked, does not wait any more.
    private static final Duration FORGOTTEN = Duration.ofSeconds(30);

    /// Those that may be next ask so often, those behind them less often, and everybody once in a minute.
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofSeconds(60);

    /// A pod that does not run so long after its Job was made waits for something else than its start.
    private static final Duration STARTS = Duration.ofMinutes(3);

    private final int most;
    private final int mostPerNamespace;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Instant> taken = new HashMap<>();

    /// Those that wait, by the names of the Jobs they would have; the one that waits longest first.
    private final LinkedHashMap<String, Waiter> waiting = new LinkedHashMap<>();

    Slots(int most, int mostPerNamespace) {
        this.most = most;
        this.mostPerNamespace = mostPerNamespace;
    }

    /// Whether a slot was free.
    ///
    /// @param waits what the build waits for; empty when a slot was free
    /// @param again when it asks again, unless it is woken before
    record Answer(boolean free, String waits, Duration again) {
        static final Answer FREE = new Answer(true, "", Duration.ZERO);
    }

    /// @param until when it is forgotten, unless it asks before
    /// @param woken whether it was told that it may start, and has not asked since
    private record Waiter(ResourceID build, Instant until, boolean woken) {}

    /// @param all the builds that have not ended
    /// @param used those of them that count in the cluster
    private record Active(Set<String> all, Set<String> used) {}

    /// Takes a slot for the Job `name` (`namespace/name`), which is about to be made.
    ///
    /// @param build whose Job it is
    /// @param known the Jobs of all builds that the informer knows
    Answer take(String name, ResourceID build, Stream<Job> known, Instant now) {
        lock.lock();
        try {
            Active active = active(known, now);
            if (!active.all().contains(name)) {
                waiting.values().removeIf(waiter -> waiter.until().isBefore(now));
                Duration again = again(name);
                waiting.put(
                        name, new Waiter(build, now.plus(again.multipliedBy(2)).plus(FORGOTTEN), false));
                if (!next(active).contains(name)) {
                    return new Answer(false, reason(name, active), again);
                }
            }
            waiting.remove(name);
            taken.put(name, now);
            return Answer.FREE;
        } finally {
            lock.unlock();
        }
    }

    /// Whether the Job has asked in vain and has its place among those that wait.
    boolean waits(String name) {
        lock.lock();
        try {
            return waiting.containsKey(name);
        } finally {
            lock.unlock();
        }
    }

    /// The builds that wait and may start now, each once until it asks again.
    ///
    /// @param known the Jobs of all builds that the informer knows
    List<ResourceID> wake(Supplier<Stream<Job>> known, Instant now) {
        lock.lock();
        try {
            waiting.values().removeIf(waiter -> waiter.until().isBefore(now));
            if (waiting.isEmpty()) {
                return List.of();
            }
            var woken = new ArrayList<ResourceID>();
            for (String name : next(active(known.get(), now))) {
                waiting.computeIfPresent(name, (_, waiter) -> {
                    if (waiter.woken()) {
                        return waiter;
                    }
                    woken.add(waiter.build());
                    return new Waiter(waiter.build(), now.plus(FORGOTTEN), true);
                });
            }
            return woken;
        } finally {
            lock.unlock();
        }
    }

    /// The further back in its namespace, the later: so many builds that wait ask no more often than few.
    private Duration again(String name) {
        long before = waiting.keySet().stream()
                .takeWhile(other -> !other.equals(name))
                .filter(other -> namespace(other).equals(namespace(name)))
                .count();
        Duration again = SOON.multipliedBy(1 + before / mostPerNamespace);
        return again.compareTo(LONGEST) < 0 ? again : LONGEST;
    }

    private Active active(Stream<Job> known, Instant now) {
        var seen = new HashSet<String>();
        var active = new Active(new HashSet<>(), new HashSet<>());
        known.forEach(job -> {
            seen.add(name(job));
            if (!ImageBuildObserved.over(job)) {
                active.all().add(name(job));
                if (runs(job, now)) {
                    active.used().add(name(job));
                }
            }
        });
        taken.entrySet()
                .removeIf(entry -> seen.contains(entry.getKey())
                        || entry.getValue().plus(LATE).isBefore(now));
        active.all().addAll(taken.keySet());
        active.used().addAll(taken.keySet());
        return active;
    }

    private static boolean runs(Job job, Instant now) {
        Integer ready = job.getStatus() == null ? null : job.getStatus().getReady();
        return (ready != null && ready > 0)
                || Instant.parse(job.getMetadata().getCreationTimestamp())
                        .plus(STARTS)
                        .isAfter(now);
    }

    /// Those that may start now, as many as there is room for: of the namespace that has the fewest builds, the one
    /// that waits longest.
    private Set<String> next(Active active) {
        var builds = new HashMap<String, Integer>();
        active.all().forEach(name -> builds.merge(namespace(name), 1, Integer::sum));
        var next = new HashSet<String>();
        while (active.used().size() + next.size() < most) {
            Optional<String> first = waiting.keySet().stream()
                    .filter(name -> !next.contains(name) && count(builds, name) < mostPerNamespace)
                    .min(Comparator.comparingInt(name -> count(builds, name)));
            if (first.isEmpty()) {
                break;
            }
            next.add(first.get());
            builds.merge(namespace(first.get()), 1, Integer::sum);
        }
        return next;
    }

    private String reason(String name, Active active) {
        String namespace = namespace(name);
        if (active.all().stream()
                        .filter(other -> namespace(other).equals(namespace))
                        .count()
                >= mostPerNamespace) {
            return "waits until one of the " + mostPerNamespace + " builds of its namespace ends";
        }
        return active.used().size() >= most
                ? "waits until one of " + most + " builds ends"
                : "waits for builds of namespaces that have fewer, or that have waited longer";
    }

    private static int count(Map<String, Integer> builds, String name) {
        return builds.getOrDefault(namespace(name), 0);
    }

    private static String namespace(String name) {
        return name.substring(0, name.indexOf('/'));
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
