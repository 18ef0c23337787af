/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.RegistryStatus;
import dev.strata.operator.condition.Conditions;
import dev.strata.operator.registry.RegistryObserved.Trouble;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RegistryStatusesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("2027-01-01T00:00:00Z");
    private static final String HOST = "r.default.svc.cluster.local:5000";

    @Test
    void aServingRegistryOnReadyNodesIsReady() {
        RegistryStatus status = of(set(3L, 1), null, Map.of("node-1", "", "node-2", ""), List.of(), List.of());
        assertThat(text(status, "Ready"))
                .isEqualTo("True Serving r.default.svc.cluster.local:5000 serves images; 2/2 nodes ready");
        assertThat(text(status, "NodesReady")).isEqualTo("True AllNodesReady 2/2 nodes ready");
        assertThat(text(status, "Reconciling")).startsWith("False Settled");
        assertThat(text(status, "SecretsDelivered")).isEqualTo("True Delivered ");
        assertThat(text(status, "Stalled")).startsWith("False NotStalled");
        assertThat(status.url()).isEqualTo(HOST);
        assertThat(status.tls()).isEqualTo(new RegistryStatus.Tls("2027-01-01T00:00:00Z"));
        assertThat(status.nodes()).isEqualTo(new RegistryStatus.Nodes(2, 2));
        assertThat(status.observedGeneration()).isEqualTo(3);
    }

    @Test
    void aNodeThatCannotPullIsNamedWithItsReason() {
        RegistryStatus status = of(
                set(3L, 1),
                null,
                Map.of("node-1", "", "node-2", "", "node-4", "ConfigPathMissing"),
                List.of(),
                List.of());
        assertThat(text(status, "NodesReady"))
                .isEqualTo("False NodesNotReady 2/3 nodes ready: node-4 ConfigPathMissing");
        assertThat(text(status, "Ready"))
                .startsWith("True Serving")
                .endsWith("2/3 nodes ready: node-4 ConfigPathMissing");
    }

    @Test
    void ofManyFailingNodesOnlyTheFirstAreNamed() {
        var nodes = new TreeMap<String, String>();
        for (int i = 0; i < 8; i++) {
            nodes.put("n" + i, "Unreachable");
        }
        assertThat(text(of(set(3L, 1), null, nodes, List.of(), List.of()), "NodesReady"))
                .endsWith("0/8 nodes ready: n0 Unreachable, n1 Unreachable, n2 Unreachable, n3 Unreachable,"
                        + " n4 Unreachable and 3 more");
    }

    @Test
    void aNodeWithoutAgentIsNotReadyAndOneWithoutProfileIsTold() {
        var nodes = new Nodes(new TreeMap<>(Map.of("node-1", "")), 2, new TreeMap<>(Map.of("node-1", "WriteFailed")));
        RegistryStatus status = RegistryStatuses.of(
                new RegistryObserved(
                        HOST, 3, set(3L, 1), null, END, nodes, new TreeMap<>(), null, List.of(), List.of(), false),
                null,
                NOW);
        assertThat(text(status, "NodesReady"))
                .isEqualTo("False NodesNotReady 1/3 nodes ready; 2 without a pod of strata-node-agent;"
                        + " without the seccomp profile of builds: node-1 WriteFailed");
        assertThat(status.nodes()).isEqualTo(new RegistryStatus.Nodes(1, 3));
    }

    @Test
    void withoutNodeAgentNoNodeIsReady() {
        assertThat(text(of(set(3L, 1), null, Map.of(), List.of(), List.of()), "NodesReady"))
                .startsWith("False NoNodeAgent");
    }

    @Test
    void aPodThatCannotStartSaysWhy() {
        RegistryStatus status =
                of(set(3L, 0), new Trouble("ErrImagePull", "not found"), Map.of(), List.of(), List.of());
        assertThat(text(status, "Ready")).isEqualTo("False ErrImagePull not found");
        assertThat(text(status, "Reconciling")).startsWith("True Progressing");
    }

    @Test
    void aPodOfAnOlderTemplateDoesNotCount() {
        assertThat(text(of(set(2L, 1), null, Map.of(), List.of(), List.of()), "Ready"))
                .startsWith("False PodNotReady");
    }

    @Test
    void aTakenNameStalls() {
        RegistryStatus status = of(set(3L, 1), null, Map.of(), List.of("Secret a/b is not ours"), List.of());
        assertThat(text(status, "Stalled")).isEqualTo("True NameTaken Secret a/b is not ours");
        assertThat(text(status, "Ready")).startsWith("False NameTaken");
        assertThat(text(status, "Reconciling")).startsWith("False");
    }

    @Test
    void aNamespaceThatDoesNotTakeItsSecretHoldsUpNobody() {
        var undelivered = new TreeMap<String, String>();
        for (int i = 0; i < 7; i++) {
            undelivered.put("n" + i, "Secret n" + i + "/strata-pull-r is not this Registry's");
        }
        RegistryStatus status = RegistryStatuses.of(
                new RegistryObserved(
                        HOST,
                        3,
                        set(3L, 1),
                        null,
                        END,
                        nodes(Map.of("node-1", "")),
                        undelivered,
                        null,
                        List.of(),
                        List.of(),
                        false),
                null,
                NOW);
        assertThat(text(status, "SecretsDelivered"))
                .startsWith("False NotDelivered not delivered to 7 namespaces: n0: Secret n0/strata-pull-r is not")
                .contains(" | n4: ")
                .doesNotContain("n5")
                .endsWith(" and 2 more");
        assertThat(text(status, "Ready")).startsWith("True Serving");
        assertThat(text(status, "Stalled")).startsWith("False");
        assertThat(text(status, "Reconciling")).startsWith("False");
    }

    @Test
    void oneRegistryTooManyStallsAndSaysWhatToDo() {
        RegistryStatus status =
                RegistryStatuses.of(RegistryObserved.crowdedOut(HOST, 3, nodes(Map.of("node-1", ""))), null, NOW);
        assertThat(text(status, "Ready"))
                .startsWith("False TooManyRegistries the namespace has 20 other Registries")
                .contains("delete one");
        assertThat(text(status, "Stalled")).startsWith("True TooManyRegistries");
        assertThat(text(status, "Reconciling")).startsWith("False");
        assertThat(text(status, "SecretsDelivered")).startsWith("False NotReached");
    }

    @Test
    void aRefusalByTheServerIsShownInItsWords() {
        RegistryStatus status = of(null, null, Map.of(), List.of(), List.of("exceeded quota"));
        assertThat(text(status, "Ready")).isEqualTo("False Refused exceeded quota");
        assertThat(text(status, "Reconciling")).startsWith("True");
    }

    @Test
    void theSameStateGivesTheSameStatusLater() {
        var observed = observed(set(3L, 1), null, Map.of("n", ""), List.of(), List.of());
        RegistryStatus first = RegistryStatuses.of(observed, null, NOW);
        assertThat(RegistryStatuses.of(observed, first, NOW.plusSeconds(60))).isEqualTo(first);
    }

    private static RegistryStatus of(
            @Nullable StatefulSet set,
            @Nullable Trouble trouble,
            Map<String, String> nodes,
            List<String> taken,
            List<String> refused) {
        return RegistryStatuses.of(observed(set, trouble, nodes, taken, refused), null, NOW);
    }

    private static RegistryObserved observed(
            @Nullable StatefulSet set,
            @Nullable Trouble trouble,
            Map<String, String> nodes,
            List<String> taken,
            List<String> refused) {
        return new RegistryObserved(
                HOST, 3, set, trouble, END, nodes(nodes), new TreeMap<>(), null, taken, refused, false);
    }

    private static Nodes nodes(Map<String, String> pull) {
        return new Nodes(new TreeMap<>(pull), 0, new TreeMap<>());
    }

    private static String text(RegistryStatus status, String type) {
        Condition condition = Objects.requireNonNull(Conditions.find(status.conditions(), type));
        return condition.getStatus() + " " + condition.getReason() + " " + condition.getMessage();
    }

    private static StatefulSet set(long observedGeneration, int ready) {
        return new StatefulSetBuilder()
                .withNewMetadata()
                .withGeneration(3L)
                .endMetadata()
                .withNewStatus()
                .withObservedGeneration(observedGeneration)
                .withReadyReplicas(ready)
                .withCurrentRevision("r-1")
                .withUpdateRevision("r-1")
                .endStatus()
                .build();
    }
}
