/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Questions to servers, asked aside of the reconciles, which wait for nobody: at most so many at once in all and in
/// each namespace. Namespaces take turns, so that one whose servers are slow holds no other up. Thread-safe.
final class Aside<A> {
    /// More resources than a cluster has; the answers to those that were deleted meanwhile are never fetched.
    private static final int MOST_KEPT = 10_000;

    private final int most;
    private final int mostPerNamespace;
    private final Executor executor;
    private final Consumer<ResourceID> answered;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ResourceID, Question<A>> questions = new LinkedHashMap<>();

    /// Of each namespace what waits; the namespace whose turn is next first.
    private final LinkedHashMap<String, Queue<Question<A>>> waiting = new LinkedHashMap<>();

    private final Map<String, Integer> asked = new HashMap<>();
    private int all;

    /// @param executor asks; a thread of its own for each question
    /// @param answered is told whose question has its answer
    Aside(int most, int mostPerNamespace, Executor executor, Consumer<ResourceID> answered) {
        this.most = most;
        this.mostPerNamespace = mostPerNamespace;
        this.executor = executor;
        this.answered = answered;
    }

    /// @param most at once in all; at most two of them of one namespace
    static <A> Aside<A> of(int most, Consumer<ResourceID> answered) {
        return new Aside<>(most, 2, question -> Thread.ofVirtual().name("aside").start(question), answered);
    }

    private record Question<A>(ResourceID who, String about, FutureTask<A> task) {}

    /// The answer, once; null while it is waited for. Another question of the same resource takes the place of the one
    /// before it.
    ///
    /// @param about tells questions of one resource apart
    /// @throws RuntimeException what `question` has thrown
    @Nullable
    A answer(ResourceID who, String about, Callable<A> question) {
        lock.lock();
        try {
            Question<A> known = questions.get(who);
            if (known == null || !known.about().equals(about)) {
                known = new Question<>(who, about, new FutureTask<>(question));
                put(known);
            }
            if (!known.task().isDone()) {
                return null;
            }
            questions.remove(who);
            return result(known.task());
        } finally {
            lock.unlock();
        }
    }

    private void put(Question<A> question) {
        Question<A> before = questions.put(question.who(), question);
        if (before != null) {
            // One that is being asked ends by its own limit.
            waiting.values().forEach(queue -> queue.remove(before));
        }
        if (questions.size() > MOST_KEPT) {
            questions.remove(questions.keySet().iterator().next());
        }
        waiting.computeIfAbsent(namespace(question), _ -> new ArrayDeque<>()).add(question);
        askNext();
    }

    private void askNext() {
        waiting.values().removeIf(Queue::isEmpty);
        while (all < most) {
            Map.Entry<String, Queue<Question<A>>> turn = waiting.entrySet().stream()
                    .filter(entry -> asked.getOrDefault(entry.getKey(), 0) < mostPerNamespace)
                    .findFirst()
                    .orElse(null);
            if (turn == null) {
                return;
            }
            String namespace = turn.getKey();
            Queue<Question<A>> queue = turn.getValue();
            Question<A> next = queue.remove();
            waiting.remove(namespace);
            if (!queue.isEmpty()) {
                waiting.putLast(namespace, queue);
            }
            asked.merge(namespace, 1, Integer::sum);
            all++;
            executor.execute(() -> ask(next));
        }
    }

    private void ask(Question<A> question) {
        question.task().run();
        lock.lock();
        try {
            all--;
            asked.computeIfPresent(namespace(question), (_, count) -> count == 1 ? null : count - 1);
            askNext();
        } finally {
            lock.unlock();
        }
        answered.accept(question.who());
    }

    private static String namespace(Question<?> question) {
        return question.who().getNamespace().orElse("");
    }

    private static <A> A result(FutureTask<A> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted although the answer is there", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
