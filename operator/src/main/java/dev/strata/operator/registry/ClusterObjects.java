/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Writes objects by server-side apply, only when they differ, and never over what belongs to
/// somebody else.
final class ClusterObjects {
    /// Hash of what was applied. It differs when a field is no longer wanted, which the object
    /// itself does not show.
    static final String APPLIED = "strata.dev/applied";

    private final KubernetesClient client;

    ClusterObjects(KubernetesClient client) {
        this.client = client;
    }

    /// The object of that kind, namespace and name.
    <T extends HasMetadata> @Nullable T get(T named) {
        return client.resource(named).get();
    }

    /// The object as it is now in the cluster.
    ///
    /// @param ours whether an existing object may be written
    /// @throws NameTakenException when it may not
    <T extends HasMetadata> T apply(T wanted, Predicate<HasMetadata> ours) {
        mark(wanted);
        T existing = get(wanted);
        if (existing != null) {
            if (!ours.test(existing)) {
                throw new NameTakenException(existing);
            }
            if (Difference.contains(json(existing), json(wanted))) {
                return existing;
            }
        }
        return client.resource(wanted)
                .fieldManager(RegistryNames.OPERATOR)
                .forceConflicts()
                .serverSideApply();
    }

    /// Deletes the object when it is there, is ours, and has not changed in between.
    <T extends HasMetadata> void delete(T named, Predicate<HasMetadata> ours) {
        T existing = get(named);
        if (existing != null && ours.test(existing)) {
            client.resource(existing)
                    .lockResourceVersion(existing.getMetadata().getResourceVersion())
                    .delete();
        }
    }

    private void mark(HasMetadata wanted) {
        var annotations = new TreeMap<String, String>();
        if (wanted.getMetadata().getAnnotations() != null) {
            annotations.putAll(wanted.getMetadata().getAnnotations());
        }
        annotations.remove(APPLIED);
        wanted.getMetadata().setAnnotations(annotations);
        annotations.put(APPLIED, hash(json(wanted).toString()));
        wanted.getMetadata().setAnnotations(annotations);
    }

    private JsonNode json(HasMetadata object) {
        return client.getKubernetesSerialization().convertValue(object, JsonNode.class);
    }

    /// The first 32 hexadecimal digits of the text's SHA-256.
    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
