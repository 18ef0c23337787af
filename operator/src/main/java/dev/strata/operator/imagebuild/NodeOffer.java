/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.operator.config.OperatorConfig;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Listable;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the nodes for builds offer, read page by page, for all builds together at most once in 5 s. Thread-safe.
final class NodeOffer {
    private static final String CHECK = "strata-isolation-check";
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final long PAGE = 100;

    private final KubernetesClient client;
    private final OperatorConfig config;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Offer last;

    NodeOffer(KubernetesClient client, OperatorConfig config) {
        this.client = client;
        this.config = config;
    }

    /// @param userNamespaces whether a node's runtime offers user namespaces
    /// @param at when it was read
    record Offer(boolean userNamespaces, Nesting nesting, Instant at) {}

    Offer now(Instant now) {
        lock.lock();
        try {
            Offer known = last;
            if (known == null || known.at().plus(FRESH).isBefore(now)) {
                known = new Offer(
                        pages(client.nodes().withLabels(config.buildsNodeSelector()))
                                .anyMatch(NodeOffer::userNamespaces),
                        nesting(now),
                        now);
                last = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private static boolean userNamespaces(Node node) {
        return node.getStatus().getRuntimeHandlers().stream()
                .anyMatch(handler -> handler.getFeatures() != null
                        && Boolean.TRUE.equals(handler.getFeatures().getUserNamespaces()));
    }

    private Nesting nesting(Instant now) {
        DaemonSet check = client.apps()
                .daemonSets()
                .inNamespace(config.namespace())
                .withName(CHECK)
                .get();
        if (check == null) {
            return Nesting.UNKNOWN;
        }
        Integer ready = check.getStatus() == null ? null : check.getStatus().getNumberReady();
        if (ready != null && ready > 0) {
            return Nesting.WORKS;
        }
        Iterator<Pod> pods = pages(
                        client.pods().inNamespace(config.namespace()).withLabel("app.kubernetes.io/name", CHECK))
                .iterator();
        return Nesting.of(() -> pods, now);
    }

    /// The items of a list; the next page is read when it is come to.
    private static <T extends HasMetadata, L extends KubernetesResourceList<T>> Stream<T> pages(Listable<L> list) {
        return Stream.iterate(
                        list.list(new ListOptionsBuilder().withLimit(PAGE).build()),
                        Objects::nonNull,
                        page -> after(list, page))
                .flatMap(page -> page.getItems().stream());
    }

    private static <L extends KubernetesResourceList<?>> @Nullable L after(Listable<L> list, L page) {
        String more = page.getMetadata().getContinue();
        return more == null || more.isEmpty()
                ? null
                : list.list(new ListOptionsBuilder()
                        .withLimit(PAGE)
                        .withContinue(more)
                        .build());
    }
}
