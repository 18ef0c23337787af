/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.image.Platform;
import java.util.List;

/// The graph of one build: its vertices in topological order, each at the place that its [VertexId] names.
///
/// @param target the vertex whose image is asked for
public record BuildPlan(Platform platform, List<Vertex> vertices, VertexId target) {
    public BuildPlan {
        vertices = List.copyOf(vertices);
        for (int i = 0; i < vertices.size(); i++) {
            Vertex vertex = vertices.get(i);
            if (vertex.id().number() != i) {
                throw new IllegalArgumentException(vertex.id() + " at place " + i);
            }
            for (VertexId input : vertex.inputs()) {
                if (input.number() >= i) {
                    throw new IllegalArgumentException(vertex.title() + " comes before its input " + input);
                }
            }
        }
    }

    public Vertex vertex(VertexId id) {
        return vertices.get(id.number());
    }
}
