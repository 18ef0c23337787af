/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The self-tests of all registries. Whoever may create a Registry decides what answers its test, or
/// that nothing does. So a namespace has one test under way at a time and waits for itself alone,
/// and a round ends after a fixed time with what is known by then.
final class SelfTests {
    /// Tests under way at a time, of all namespaces. Each needs memory for TLS.
    private static final int TOGETHER = 16;

    private final Function<TrustEntry, Ready> test;
    private final Duration patience;
    private final Semaphore together = new Semaphore(TOGETHER, true);
    private final Map<TrustEntry, Ready> known = new ConcurrentHashMap<>();
    private final Map<String, Thread> underWay = new HashMap<>();

    /// @param test must end by itself
    /// @param patience how long one round waits for all tests
    SelfTests(Function<TrustEntry, Ready> test, Duration patience) {
        this.test = test;
        this.patience = patience;
    }

    /// Begins the tests of every namespace that has none under way, and says what is known of each
    /// entry then: of this round's test, or of the last one. Reason of an entry that was never
    /// tested: `NotTestedYet`.
    Map<TrustEntry, Ready> round(Set<TrustEntry> entries) throws InterruptedException {
        known.keySet().retainAll(entries);
        underWay.values().removeIf(tests -> !tests.isAlive());
        entries.stream()
                .collect(Collectors.groupingBy(TrustEntry::namespace))
                .forEach((namespace, its) -> underWay.computeIfAbsent(
                        namespace, _ -> Thread.ofVirtual().start(() -> testAll(its))));
        Instant end = Instant.now().plus(patience);
        for (Thread tests : underWay.values()) {
            tests.join(Duration.between(Instant.now(), end));
        }
        return entries.stream()
                .collect(
                        Collectors.toMap(entry -> entry, entry -> known.getOrDefault(entry, Ready.no("NotTestedYet"))));
    }

    private void testAll(List<TrustEntry> entries) {
        for (TrustEntry entry : entries) {
            together.acquireUninterruptibly();
            try {
                known.put(entry, test.apply(entry));
            } catch (RuntimeException e) {
                // What a server sends must not keep the tests after it from being made.
                known.put(entry, Ready.no("TestFailed"));
            } finally {
                together.release();
            }
        }
    }
}
