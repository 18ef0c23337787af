/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.image.ContainerConfig;
import dev.strata.engine.problem.SourceRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One step: an operation on the tree of `parent`, and the config that holds after it.
///
/// @param parent null for [Operation.Scratch] and [Operation.Base]
/// @param stage the stage's name, or `stage-N` (from 0) where it has none
/// @param step the instruction's number in its stage, from 1 (the FROM)
/// @param steps the number of instructions in the stage
/// @param instruction the instruction for people, one line: `COPY app.jar /srv/`
/// @param createdBy the image history's text; empty for Scratch and Base, which add no history of their own
/// @param config the config after this step
/// @param author the image's author after this step
/// @param at its lines
public record Vertex(
        VertexId id,
        @Nullable VertexId parent,
        Operation operation,
        String stage,
        int step,
        int steps,
        String instruction,
        String createdBy,
        ContainerConfig config,
        @Nullable String author,
        SourceRange at) {

    /// `[build 2/5] RUN make`, as progress shows it.
    public String title() {
        return "[" + stage + " " + step + "/" + steps + "] " + instruction;
    }

    /// Every vertex whose result this one needs, the parent first.
    public List<VertexId> inputs() {
        var inputs = new ArrayList<VertexId>();
        if (parent != null) {
            inputs.add(parent);
        }
        if (operation instanceof Operation.Copy copy && copy.from() instanceof Operation.CopySource.Output output) {
            inputs.add(output.vertex());
        }
        return inputs;
    }
}
