/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.image.Image;
import dev.strata.engine.reference.ImageReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a vertex does to the tree of its parent. Every word is expanded, every path absolute and cleaned.
public sealed interface Operation {

    /// `FROM scratch`: the empty tree.
    record Scratch() implements Operation {}

    /// `FROM image`, or an image that a COPY names: its layers.
    ///
    /// @param reference as the Dockerfile names it, pinned to the digest that it had
    record Base(ImageReference reference, Image image) implements Operation {}

    /// An instruction that changes the config only.
    record Config() implements Operation {}

    /// `WORKDIR`: makes `path` where it is missing, owned by `user` (`name`, `uid` or `name:group`; empty means root).
    record MakeDirectory(String path, String user) implements Operation {}

    /// `RUN`.
    ///
    /// @param argv the process, shell included
    /// @param env `NAME=value`: the config's variables and the ARGs in scope
    /// @param proxies `NAME=value` of proxy arguments: the process has them, the cache does not know them
    /// @param user as in the config: empty, a name, or a number, each with an optional `:group`
    record Run(List<String> argv, List<String> env, List<String> proxies, String user, String workingDir)
            implements Operation {
        public Run {
            argv = List.copyOf(argv);
            env = List.copyOf(env);
            proxies = List.copyOf(proxies);
        }
    }

    /// `COPY` and `ADD`.
    ///
    /// @param sources paths or patterns relative to the source's root, in the Dockerfile's order
    /// @param destination absolute; ends with a slash where the Dockerfile's did (or named a directory such as `.`)
    /// @param chown as written, expanded; null: 0:0
    /// @param chmod permission bits; null: the source's own
    /// @param unpack whether local archives are unpacked (`ADD`)
    record Copy(
            CopySource from,
            List<String> sources,
            String destination,
            @Nullable String chown,
            @Nullable Integer chmod,
            boolean unpack)
            implements Operation {
        public Copy {
            sources = List.copyOf(sources);
        }
    }

    /// Where a COPY reads.
    sealed interface CopySource {
        /// The build context.
        record Context() implements CopySource {}

        /// The tree that a vertex made: a stage, or an image.
        record Output(VertexId vertex) implements CopySource {}
    }
}
