/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a build came to. The builder pod writes it as JSON into its termination message, where Kubernetes
/// cuts at 4096 bytes: its writer shortens what is longer than [#MAX_BYTES], the log tail first.
///
/// @param image the image by digest (`registry/repository@sha256:...`); null when the build failed
/// @param tags the tags that now point at it
/// @param sourceRevision the git commit or the digest of inline files
/// @param steps steps run, of them taken from the cache
/// @param timings milliseconds by phase: `start` (from the launcher's first act until the source is asked for),
///   `source`, `cache` (read meanwhile), `steps`, `push`, `cache-export`, and `total` of all but `start`
/// @param failure what went wrong; null when the build succeeded
public record BuildReport(
        @Nullable String image,
        long imageSize,
        List<String> tags,
        @Nullable String sourceRevision,
        int steps,
        int cachedSteps,
        Map<String, Long> timings,
        @Nullable Failure failure) {
    public static final int MAX_BYTES = 4096;

    /// Characters of a step that a report shows.
    public static final int MAX_STEP = 200;

    public BuildReport {
        tags = List.copyOf(tags);
        timings = Map.copyOf(timings);
    }

    /// Why the build failed, in the terms of its Dockerfile.
    ///
    /// @param reason a `ProblemCode`
    /// @param step the step as progress shows it: `[stage-0 2/5] RUN make`, at most 200
    ///   characters of it; null when it was none
    /// @param line the Dockerfile line, 1-based; null when there is none
    /// @param exitCode the RUN's exit code; null when no process ended the build
    /// @param logTail the RUN's last output, control characters escaped
    /// @param debugImage the image of the last good step, pushed; null when there is none
    public record Failure(
            String reason,
            String message,
            @Nullable String step,
            @Nullable Integer line,
            @Nullable Integer exitCode,
            String logTail,
            @Nullable String debugImage) {}
}
