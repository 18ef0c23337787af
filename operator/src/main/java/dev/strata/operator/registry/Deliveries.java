/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.operator.access.Access.Right;
import dev.strata.operator.condition.Faults;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Credentials and the authority's certificate in other namespaces.
///
/// Secrets are never listed. The namespaces that may hold an object of a Registry are written down
/// **before** the first one is made there, and struck out after the last one is gone.
final class Deliveries {
    /// Registries of one namespace. All share ConfigMaps of at most 1 MiB, which one namespace must not
    /// fill.
    static final int PER_NAMESPACE = 20;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Predicate<HasMetadata> OPERATORS =
            object -> object.getMetadata().getLabels() != null
                    && RegistryNames.OPERATOR.equals(
                            object.getMetadata().getLabels().get(RegistryNames.MANAGED_BY));

    private final ClusterObjects objects;
    private final SharedMap records;

    Deliveries(ClusterObjects objects, SharedMap records) {
        this.objects = objects;
        this.records = records;
    }

    /// Takes the Registry on, unless its namespace has [#PER_NAMESPACE] others that were taken on.
    synchronized boolean admits(RegistryNames names) {
        Map<String, String> all = records.all();
        if (all.containsKey(names.key())) {
            return true;
        }
        String suffix = "." + names.namespace() + ".json";
        if (all.keySet().stream().filter(key -> key.endsWith(suffix)).count() >= PER_NAMESPACE) {
            return false;
        }
        record(names.key(), new TreeSet<>());
        return true;
    }

    /// Makes the namespaces hold exactly what `rights` grants them. What one namespace does not take
    /// holds up no other.
    ///
    /// @return the namespaces that do not hold it, each with why
    SortedMap<String, String> deliver(
            RegistryDesired desired, SortedMap<String, Set<Right>> rights, RegistryUser user, String certificate) {
        var troubles = new TreeMap<String, String>();
        String key = desired.names().key();
        SortedSet<String> before = recorded(records.all(), key);
        var touched = new TreeSet<>(before);
        touched.addAll(rights.keySet());
        record(key, touched);
        var remaining = new TreeSet<>(touched);
        for (String namespace : touched) {
            Set<Right> granted = rights.getOrDefault(namespace, Set.of());
            try {
                if (granted.isEmpty()) {
                    withdraw(desired, namespace);
                    remaining.remove(namespace);
                } else {
                    deliver(desired, namespace, granted, user, certificate, troubles);
                }
            } catch (KubernetesClientException e) {
                add(troubles, namespace, Faults.text(e));
            }
        }
        record(key, remaining);
        return troubles;
    }

    /// The Registries that were taken on and not let go in order.
    List<RegistryNames> taken(String clusterDomain) {
        return records.all().keySet().stream()
                .map(key -> key.split("\\."))
                .filter(parts -> parts.length == 3)
                .map(parts -> new RegistryNames(parts[0], parts[1], clusterDomain))
                .toList();
    }

    /// Removes everything that was delivered for that Registry.
    void withdrawAll(RegistryDesired desired) {
        String key = desired.names().key();
        for (String namespace : recorded(records.all(), key)) {
            withdraw(desired, namespace);
        }
        records.put(key, null);
    }

    private void deliver(
            RegistryDesired desired,
            String namespace,
            Set<Right> granted,
            RegistryUser user,
            String certificate,
            SortedMap<String, String> troubles) {
        for (Right right : Right.values()) {
            if (granted.contains(right)) {
                apply(desired.credentials(right, namespace, user), ours(desired.names()), troubles);
            } else {
                delete(desired, right, namespace);
            }
        }
        apply(RegistryDesired.authority(namespace, certificate), OPERATORS, troubles);
    }

    private void apply(HasMetadata object, Predicate<HasMetadata> ours, SortedMap<String, String> troubles) {
        try {
            objects.apply(object, ours);
        } catch (NameTakenException e) {
            add(troubles, object.getMetadata().getNamespace(), String.valueOf(e.getMessage()));
        }
    }

    private static void add(SortedMap<String, String> troubles, String namespace, String why) {
        troubles.merge(namespace, why, (first, more) -> first + "; " + more);
    }

    private void withdraw(RegistryDesired desired, String namespace) {
        for (Right right : Right.values()) {
            delete(desired, right, namespace);
        }
        boolean shared = records.all().keySet().stream()
                .filter(key -> !key.equals(desired.names().key()))
                .anyMatch(key -> recorded(records.all(), key).contains(namespace));
        if (!shared) {
            objects.delete(RegistryDesired.authority(namespace, ""), OPERATORS);
        }
    }

    private void delete(RegistryDesired desired, Right right, String namespace) {
        var named = new SecretBuilder()
                .withNewMetadata()
                .withName(desired.credentialsName(right, namespace))
                .withNamespace(namespace)
                .endMetadata()
                .build();
        objects.delete(named, ours(desired.names()));
    }

    private static Predicate<HasMetadata> ours(RegistryNames names) {
        return OPERATORS.and(object -> names.name()
                        .equals(object.getMetadata().getLabels().get(RegistryNames.REGISTRY_NAME))
                && names.namespace().equals(object.getMetadata().getLabels().get(RegistryNames.REGISTRY_NAMESPACE)));
    }

    private void record(String key, SortedSet<String> namespaces) {
        try {
            records.put(key, JSON.writeValueAsString(namespaces));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SortedSet<String> recorded(Map<String, String> records, String key) {
        String text = records.get(key);
        if (text == null) {
            return new TreeSet<>();
        }
        try {
            return JSON.readValue(text, new TypeReference<TreeSet<String>>() {});
        } catch (JsonProcessingException e) {
            throw new StrataException(
                    Problem.of(
                            ProblemCode.InvalidArgument,
                            "in the operator's ConfigMap " + RegistryNames.DELIVERIES + " the key " + key
                                    + " is no list of namespaces",
                            "",
                            "restore it from a backup, or write [] there and remove by hand what this Registry delivered"),
                    e);
        }
    }
}
