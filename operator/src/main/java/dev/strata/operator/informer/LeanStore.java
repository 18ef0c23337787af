/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.informer;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// What an informer keeps of its resources: all but what no reconcile reads, which is most of it. Nothing of what is
/// kept is ever written back as a whole.
///
/// @param <R> the kind
public abstract class LeanStore<R extends HasMetadata> extends BasicItemStore<R> {
    /// As many resources that users make are read at once when an informer starts: the API server takes some of 1.5
    /// MiB, which are several times as much while they are read.
    public static final long PAGE = 2;

    /// The same of resources that the operator and the Job controller alone make.
    public static final long OWN_PAGE = 20;

    protected LeanStore() {
        super(Cache::metaNamespaceKeyFunc);
    }

    /// Takes out of the resource what is not kept; once more takes nothing.
    protected abstract void slim(R resource);

    @Override
    public final R put(String key, R resource) {
        slim(resource);
        return super.put(key, resource);
    }

    /// Takes out who has set which field, and the annotations that are not `read`.
    protected static void notes(HasMetadata resource, Predicate<String> read) {
        resource.getMetadata().setManagedFields(List.of());
        Map<String, String> annotations = resource.getMetadata().getAnnotations();
        if (annotations != null) {
            annotations.keySet().removeIf(read.negate());
        }
    }
}
