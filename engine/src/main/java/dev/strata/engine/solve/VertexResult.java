/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.image.ImageConfig;
import dev.strata.engine.layer.Layer;
import java.util.ArrayList;
import java.util.List;

/// What a vertex came to: an image in all but its manifest. `layers` and `config.diffIds()` tell the
/// same stack, base first.
public record VertexResult(List<Layer> layers, ImageConfig config) {
    public VertexResult {
        layers = List.copyOf(layers);
    }

    VertexResult withLayer(Layer layer, ImageConfig changed) {
        var all = new ArrayList<>(layers);
        all.add(layer);
        return new VertexResult(all, changed);
    }
}
