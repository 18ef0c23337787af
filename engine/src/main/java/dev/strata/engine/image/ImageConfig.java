/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An image's config document: what a container starts with, the diffIDs of its layers (base first) and its history.
/// OCI
/// image-spec, config.md.
public record ImageConfig(
        @Nullable Instant created,
        @Nullable String author,
        Platform platform,
        ContainerConfig config,
        List<DiffId> diffIds,
        List<History> history) {
    public ImageConfig {
        diffIds = List.copyOf(diffIds);
        history = List.copyOf(history);
    }

    /// The config of `FROM scratch`.
    public static ImageConfig scratch(Platform platform) {
        return new ImageConfig(null, null, platform, ContainerConfig.EMPTY, List.of(), List.of());
    }

    public ImageConfig withConfig(ContainerConfig changed) {
        return new ImageConfig(created, author, platform, changed, diffIds, history);
    }

    public ImageConfig withAuthor(@Nullable String newAuthor) {
        return new ImageConfig(created, newAuthor, platform, config, diffIds, history);
    }

    public ImageConfig withCreated(@Nullable Instant time) {
        return new ImageConfig(time, author, platform, config, diffIds, history);
    }

    /// Adds a step, and its layer unless the step changed the config only.
    public ImageConfig withStep(History step, @Nullable DiffId layer) {
        if (step.emptyLayer() != (layer == null)) {
            throw new IllegalArgumentException("a step has a layer or is marked empty: " + step.createdBy());
        }
        var ids = new ArrayList<>(diffIds);
        if (layer != null) {
            ids.add(layer);
        }
        var steps = new ArrayList<>(history);
        steps.add(step);
        return new ImageConfig(created, author, platform, config, ids, steps);
    }
}
