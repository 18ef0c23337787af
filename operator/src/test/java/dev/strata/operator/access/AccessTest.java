/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.access.Access.Right;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static final Set<Right> BOTH = Set.of(Right.PULL, Right.PUSH);

    private static final List<Namespace> NAMESPACES = List.of(
            namespace("home", Map.of()),
            namespace("blue", Map.of("team", "blue", "tier", "1")),
            namespace("red", Map.of("team", "red")),
            new NamespaceBuilder(namespace("leaving", Map.of("team", "blue")))
                    .editMetadata()
                    .withDeletionTimestamp("2026-01-01T00:00:00Z")
                    .endMetadata()
                    .build());

    @Test
    void withoutSelectorOnlyTheOwnNamespaceHasRights() {
        assertThat(rights("{}")).isEqualTo(Map.of("home", BOTH));
        assertThat(rights("{access: {pull: {}}}")).isEqualTo(Map.of("home", BOTH));
    }

    @Test
    void anEmptySelectorSelectsEveryNamespaceThatStays() {
        assertThat(rights("{access: {pull: {namespaceSelector: {}}}}"))
                .isEqualTo(Map.of("home", BOTH, "blue", Set.of(Right.PULL), "red", Set.of(Right.PULL)));
    }

    @Test
    void noSelectorSelectsTheNamespacesOfTheClusterOrOfTheOperator() {
        Registry registry = registry("{access: {push: {namespaceSelector: {}}}}");
        for (String name : List.of("kube-system", "kube-public", "kube-node-lease", "strata-system")) {
            Namespace namespace = namespace(name, Map.of("team", "blue"));
            assertThat(Access.rights(registry, List.of(namespace), "strata-system"))
                    .isEqualTo(Map.of("home", BOTH));
            assertThat(Access.grants(registry, Right.PUSH, namespace, "strata-system"))
                    .isFalse();
        }
        assertThat(Access.grants(registry, Right.PUSH, namespace("blue", Map.of()), "strata-system"))
                .isTrue();
        assertThat(Access.grants(registry, Right.PUSH, namespace("home", Map.of()), "home"))
                .as("its own")
                .isTrue();
    }

    @Test
    void twoRegistriesOfOneNameDeliverUnderDifferentNames() {
        assertThat(Right.PUSH.secret("images", "home", "home")).isEqualTo("strata-push-images");
        assertThat(Right.PUSH.secret("images", "home", "blue")).isEqualTo("strata-push-home.images");
        assertThat(Right.PULL.secret("images", "red", "blue")).isEqualTo("strata-pull-red.images");
        assertThat(Right.PULL.secret("r".repeat(40), "n".repeat(63), "blue").length())
                .isLessThan(253);
    }

    @Test
    void theRightToPushIsGrantedByItself() {
        assertThat(rights("{access: {push: {namespaceSelector: {matchLabels: {team: red}}}}}"))
                .isEqualTo(Map.of("home", BOTH, "red", Set.of(Right.PUSH)));
    }

    @Test
    void expressionsFollowKubernetes() {
        assertThat(pulling("{key: team, operator: In, values: [blue, green]}")).containsExactly("blue", "home");
        assertThat(pulling("{key: team, operator: NotIn, values: [blue]}")).containsExactly("home", "red");
        assertThat(pulling("{key: tier, operator: Exists}")).containsExactly("blue", "home");
        assertThat(pulling("{key: team, operator: DoesNotExist}")).containsExactly("home");
        assertThat(pulling("{key: team, operator: Exists}, {key: tier, operator: DoesNotExist}"))
                .containsExactly("home", "red");
    }

    private static Set<String> pulling(String expressions) {
        return rights("{access: {pull: {namespaceSelector: {matchExpressions: [" + expressions + "]}}}}")
                .keySet();
    }

    private static Map<String, Set<Right>> rights(String spec) {
        return Access.rights(registry(spec), NAMESPACES, "strata-system");
    }

    private static Registry registry(String spec) {
        return Serialization.unmarshal(
                "apiVersion: strata.dev/v1alpha1\nkind: Registry\nmetadata: {name: r, namespace: home}\nspec: " + spec,
                Registry.class);
    }

    private static Namespace namespace(String name, Map<String, String> labels) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .build();
    }
}
