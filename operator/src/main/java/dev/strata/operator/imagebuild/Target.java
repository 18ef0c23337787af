/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.engine.reference.ImageReference;
import dev.strata.operator.access.Access;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where an image goes, resolved.
///
/// @param repository `registry[:port]/repository`
/// @param tags at least one
/// @param secret name of the Secret with the credentials; null for none
/// @param inCluster whether it is a Registry of ours, whose CA is delivered beside the Secret
record Target(
        String repository, List<String> tags, @Nullable String secret, boolean inCluster) {
    /// Where the image goes, from the spec alone.
    ///
    /// @throws dev.strata.engine.problem.StrataException `InvalidReference` for a bad `output.image`
    static Target of(ImageBuild build, String clusterDomain) {
        ImageBuildSpec.Output output = build.getSpec().output();
        var tags = new LinkedHashSet<String>();
        ImageBuildSpec.RegistryRef registry = output.registryRef();
        String own = build.getMetadata().getNamespace();
        String repository;
        String secret;
        if (registry != null) {
            String home = registry.namespace() == null ? own : registry.namespace();
            repository = registry.name() + "." + home + ".svc." + clusterDomain + ":5000/" + output.repository();
            secret = Access.Right.PUSH.secret(registry.name(), home, own);
        } else {
            String text = Objects.requireNonNull(output.image(), "the schema asks for image or registryRef");
            ImageReference image = ImageReference.parse(text);
            repository = image.registry() + "/" + image.repository();
            secret = output.secretRef() == null ? null : output.secretRef().name();
            if (text.substring(text.lastIndexOf('/') + 1).contains(":") && image.tag() != null) {
                tags.add(image.tag());
            }
        }
        if (output.tags() != null) {
            tags.addAll(output.tags());
        }
        if (tags.isEmpty()) {
            tags.add(ImageReference.DEFAULT_TAG);
        }
        String host = repository.substring(0, repository.indexOf('/'));
        return new Target(repository, List.copyOf(tags), secret, host.endsWith(".svc." + clusterDomain + ":5000"));
    }
}
