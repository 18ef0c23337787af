/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.condition;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Writes a status by server-side apply, only when it differs from what the resource shows.
public final class StatusPatch {
    private StatusPatch() {}

    /// Whether a write was made. `fresh` is an empty resource of the kind; it gets name, namespace,
    /// version and `status`. A conflict is the reconcile's failure, which is tried again. The written
    /// resource goes into the cache at once, as `kept` leaves it, so that the next reconcile does not
    /// see the old one.
    public static <S, P extends CustomResource<?, S>> boolean write(
            P resource, P fresh, @Nullable S status, UnaryOperator<P> kept, Context<P> context) {
        if (Objects.equals(resource.getStatus(), status)) {
            return false;
        }
        fresh.getMetadata().setName(resource.getMetadata().getName());
        fresh.getMetadata().setNamespace(resource.getMetadata().getNamespace());
        // A resource that was deleted and made again must not get the status of the one before it.
        fresh.getMetadata().setResourceVersion(resource.getMetadata().getResourceVersion());
        fresh.setStatus(status);
        PrimaryUpdateAndCacheUtils.updateAndCacheResource(
                resource, context, _ -> fresh, wanted -> kept.apply(applied(wanted, context)));
        return true;
    }

    private static <P extends CustomResource<?, ?>> P applied(P wanted, Context<P> context) {
        return context.getClient()
                .resource(wanted)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withForce(true)
                        .withFieldManager(context.getControllerConfiguration().fieldManager())
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .build());
    }
}
