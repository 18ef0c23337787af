/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.crds.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a Registry asks for.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RegistrySpec(
        @Default("{}") @JsonPropertyDescription("Where images are kept.") @Nullable
        Storage storage,

        @JsonPropertyDescription(
                "Namespaces that get the credentials. The Registry's own namespace always does, others only when they"
                        + " are selected here. Whoever sets or changes this needs the verb `share` on"
                        + " `registries.strata.dev` in the whole cluster.")
        @Nullable
        Access access,

        @Default("{}") @JsonPropertyDescription("Deletion of images through the registry's API.") @Nullable
        Deletion deletion,

        @JsonPropertyDescription("Compute resources of the registry's container.") @Nullable
        Resources resources) {

    /// Where images are kept.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Storage(
            @Default("{}")
            @JsonPropertyDescription("A volume of the cluster. It stays when the Registry is deleted.")
            @Nullable
            PersistentVolume persistentVolume) {}

    /// A volume claim.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.size) || quantity(string(self.size)).compareTo(quantity('1')) >= 0",
            message = "spec.storage.persistentVolume.size: a volume has at least one byte",
            fieldPath = ".size")
    @ValidationRule(
            value = "has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) ||"
                    + " self.storageClassName == oldSelf.storageClassName)",
            message = "spec.storage.persistentVolume.storageClassName: cannot change once the volume is there",
            fieldPath = ".storageClassName")
    public record PersistentVolume(
            @Default("10Gi")
            @JsonPropertyDescription(
                    "Size of the volume, for example `10Gi`. It may grow where its class allows that, and"
                            + " never shrinks; the condition `VolumeResized` says what came of a change.")
            @Nullable
            Quantity size,

            @Size(min = 1, max = 253)
            @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
            @JsonPropertyDescription("Class of the volume. Without it, the cluster's default class.")
            @Nullable
            String storageClassName) {}

    /// Who gets the credentials.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Access(
            @JsonPropertyDescription(
                    "Namespaces that get the Secret `strata-pull-NAMESPACE.NAME` to pull with. The registry has one"
                            + " user, so whoever reads that Secret may also push, and delete where `deletion` is"
                            + " enabled. In the Registry's own namespace it is `strata-pull-NAME`.")
            @Nullable
            Grant pull,

            @JsonPropertyDescription(
                    "Namespaces that get the Secret `strata-push-NAMESPACE.NAME`, and whose ImageBuilds may name this"
                            + " Registry. In the Registry's own namespace it is `strata-push-NAME`.")
            @Nullable
            Grant push) {}

    /// Namespaces by their labels.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Grant(
            @JsonPropertyDescription(
                    "Labels of the namespaces. An empty selector (`{}`) selects every namespace; without a selector,"
                            + " only the Registry's own. `kube-system`, `kube-public`, `kube-node-lease` and the"
                            + " operator's namespace are never selected.")
            @Nullable
            NamespaceSelector namespaceSelector) {}

    /// A selector as Kubernetes defines it: all of its parts must match.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NamespaceSelector(
            @JsonPropertyDescription("Labels and the values that they must have.") @Nullable
            Map<String, String> matchLabels,

            @Size(max = 32) @JsonPropertyDescription("Conditions on labels.") @Nullable
            List<Requirement> matchExpressions) {}

    /// One condition on a label.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
            message = "matchExpressions.values: needed with In and NotIn, and only with them",
            fieldPath = ".values")
    public record Requirement(
            @Required @Size(min = 1, max = 317) @JsonPropertyDescription("Key of the label.")
            String key,

            @Required @JsonPropertyDescription("How the label is compared with the values.")
            Operator operator,

            @Size(max = 64) @JsonPropertyDescription("Values for `In` and `NotIn`.") @Nullable
            List<@Size(max = 63) String> values) {}

    /// Operators of a [Requirement].
    public enum Operator {
        @JsonProperty("In")
        IN,
        @JsonProperty("NotIn")
        NOT_IN,
        @JsonProperty("Exists")
        EXISTS,
        @JsonProperty("DoesNotExist")
        DOES_NOT_EXIST
    }

    /// Deletion through the API.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Deletion(
            @Default("false")
            @JsonPropertyDescription(
                    "Whether images can be deleted. The registry has one user: who may pull may then delete, too.")
            @Nullable
            Boolean enabled) {}

    /// Requests and limits.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Resources(
            @JsonPropertyDescription("What the node must have free.") @Nullable
            Amounts requests,

            @JsonPropertyDescription("What the registry may not exceed.") @Nullable
            Amounts limits) {}

    /// Amounts of compute resources.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Amounts(
            @JsonPropertyDescription("Processor time, for example `500m` or `2`.") @Nullable
            Quantity cpu,

            @JsonPropertyDescription("Memory, for example `256Mi`.") @Nullable
            Quantity memory) {}
}
