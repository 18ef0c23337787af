/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.access;

import dev.strata.crds.registry.Registry;
import dev.strata.crds.registry.RegistrySpec.Grant;
import dev.strata.crds.registry.RegistrySpec.NamespaceSelector;
import dev.strata.crds.registry.RegistrySpec.Requirement;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which namespaces a Registry is shared with, and what is delivered there.
public final class Access {
    /// Namespaces that no selector selects: of the cluster itself.
    private static final Set<String> SYSTEM = Set.of("kube-system", "kube-public", "kube-node-lease");

    private Access() {}

    /// A right on a Registry.
    public enum Right {
        PULL("strata-pull-"),
        PUSH("strata-push-");

        private final String prefix;

        Right(String prefix) {
            this.prefix = prefix;
        }

        /// Name of the Secret with that right in `namespace`. Where the Registry is not at home, its
        /// own namespace is part of the name: another Registry may have the same name. No name of a
        /// Registry or namespace holds a dot.
        public String secret(String registry, String home, String namespace) {
            return prefix + (namespace.equals(home) ? registry : home + "." + registry);
        }
    }

    /// Whether any namespace but the Registry's own can be selected.
    public static boolean isShared(Registry registry) {
        return selector(registry, Right.PULL) != null || selector(registry, Right.PUSH) != null;
    }

    /// The rights of every namespace that has one. A namespace that is being deleted has none,
    /// except the Registry's
    /// own, which always has both.
    ///
    /// @param operator the operator's namespace, which no selector selects
    public static SortedMap<String, Set<Right>> rights(Registry registry, List<Namespace> namespaces, String operator) {
        var rights = new TreeMap<String, Set<Right>>();
        for (Namespace namespace : namespaces) {
            if (namespace.getMetadata().getDeletionTimestamp() != null) {
                continue;
            }
            for (Right right : Right.values()) {
                if (selects(selector(registry, right), namespace, operator)) {
                    rights.computeIfAbsent(namespace.getMetadata().getName(), _ -> EnumSet.noneOf(Right.class))
                            .add(right);
                }
            }
        }
        rights.put(registry.getMetadata().getNamespace(), EnumSet.allOf(Right.class));
        return rights;
    }

    /// Whether a namespace has the right by its labels; the Registry's own always has.
    ///
    /// @param operator the operator's namespace, which no selector selects
    public static boolean grants(Registry registry, Right right, Namespace namespace, String operator) {
        return namespace.getMetadata().getName().equals(registry.getMetadata().getNamespace())
                || selects(selector(registry, right), namespace, operator);
    }

    private static boolean selects(@Nullable NamespaceSelector selector, Namespace namespace, String operator) {
        String name = namespace.getMetadata().getName();
        return !SYSTEM.contains(name)
                && !operator.equals(name)
                && selects(selector, namespace.getMetadata().getLabels());
    }

    /// The selector of a right; null when only the Registry's own namespace has it.
    public static @Nullable NamespaceSelector selector(Registry registry, Right right) {
        var access = registry.getSpec().access();
        if (access == null) {
            return null;
        }
        Grant grant = switch (right) {
            case PULL -> access.pull();
            case PUSH -> access.push();
        };
        return grant == null ? null : grant.namespaceSelector();
    }

    /// As Kubernetes defines label selectors: all parts must match, no part matches everything.
    static boolean selects(@Nullable NamespaceSelector selector, @Nullable Map<String, String> present) {
        if (selector == null) {
            return false;
        }
        Map<String, String> labels = present == null ? Map.of() : present;
        if (selector.matchLabels() != null
                && !labels.entrySet().containsAll(selector.matchLabels().entrySet())) {
            return false;
        }
        return selector.matchExpressions() == null
                || selector.matchExpressions().stream().allMatch(part -> matches(part, labels));
    }

    private static boolean matches(Requirement requirement, Map<String, String> labels) {
        List<String> values = requirement.values() == null ? List.of() : requirement.values();
        String label = labels.get(requirement.key());
        return switch (requirement.operator()) {
            case IN -> label != null && values.contains(label);
            case NOT_IN -> label == null || !values.contains(label);
            case EXISTS -> label != null;
            case DOES_NOT_EXIST -> label == null;
        };
    }
}
