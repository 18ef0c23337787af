/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.crds.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a Registry has come to. Times are RFC 3339.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RegistryStatus(
        @JsonPropertyDescription(
                "Ready: the registry answers with a valid certificate. Reconciling: it is being set up or changed."
                        + " Stalled: nothing happens until somebody changes something. NodesReady: every node can pull"
                        + " from it. SecretsDelivered: every namespace that it is shared with has its Secrets."
                        + " VolumeResized: the volume has the size of the spec.")
        @Nullable
        List<Condition> conditions,

        @JsonPropertyDescription("Generation of the spec that this status describes.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Name that images of this registry begin with, `NAME.NAMESPACE.svc.DOMAIN:5000`.")
        @Nullable
        String url,

        @JsonPropertyDescription("The registry's certificate.") @Nullable
        Tls tls,

        @JsonPropertyDescription("Nodes that trust the registry.") @Nullable
        Nodes nodes) {

    /// A certificate.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tls(
            @JsonPropertyDescription("When it ends. It is renewed 30 days before.") @Nullable
            String notAfter) {}

    /// Counts of nodes.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Nodes(
            @JsonPropertyDescription("Nodes that can pull from the registry.") @Nullable
            Integer ready,

            @JsonPropertyDescription("Nodes that the node agent is meant to run on.") @Nullable
            Integer total) {}
}
