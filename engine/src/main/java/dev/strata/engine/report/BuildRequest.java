/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything a builder pod must know, and nothing secret: credentials are files beside it
/// ([BuilderPaths]).
///
/// @param contextDir directory of the source that is the build context; "" is the source's root
/// @param dockerfile the Dockerfile: a path below the context, or a text
/// @param args build arguments in the order of the manifest
/// @param target the stage to build; null is the last one
public record BuildRequest(
        Source source,
        String contextDir,
        Dockerfile dockerfile,
        Map<String, String> args,
        @Nullable String target,
        Output output,
        Cache cache) {

    /// Where the context comes from; exactly one member is set.
    public record Source(@Nullable Inline inline, @Nullable Git git) {}

    /// Files that the manifest itself holds, by path relative to the source's root.
    public record Inline(Map<String, String> files) {}

    /// A commit of a git repository.
    ///
    /// @param commit the full id that the operator resolved
    public record Git(String url, String commit) {}

    /// The Dockerfile; exactly one member is set.
    ///
    /// @param path relative to the context
    public record Dockerfile(
            @Nullable String path, @Nullable String inline) {}

    /// Where the image goes.
    ///
    /// @param repository `registry[:port]/repository`, no tag
    /// @param tags every tag that is pushed, at least one
    /// @param debugTag the tag under which the last good step goes when a step fails
    public record Output(String repository, List<String> tags, String debugTag) {
        public Output {
            tags = List.copyOf(tags);
        }
    }

    /// Where finished steps are looked up and kept.
    ///
    /// @param repository `registry[:port]/repository` of the cache; null for none
    /// @param scope tag within it, one for each ImageBuild of the cluster
    public record Cache(@Nullable String repository, String scope) {}
}
