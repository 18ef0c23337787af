/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.crds.imagebuild;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an ImageBuild has come to. Times are RFC 3339.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageBuildStatus(
        @JsonPropertyDescription(
                "Ready: the image of the newest spec and source is in the registry. Reconciling: a build runs or waits."
                        + " Stalled: nothing happens until somebody changes something.")
        @Nullable
        List<Condition> conditions,

        @JsonPropertyDescription("Generation of the spec that this status describes.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("The image of the last successful build.") @Nullable
        Image image,

        @JsonPropertyDescription("Number of the newest build.") @Nullable
        Integer buildNumber,

        @JsonPropertyDescription("The last successful build.") @Nullable
        SuccessfulBuild lastSuccessfulBuild,

        @JsonPropertyDescription("The source of the newest build.") @Nullable
        SourceState source,

        @JsonPropertyDescription("Where the running build is; absent when none runs.") @Nullable
        Progress progress,

        @JsonPropertyDescription("Why the last build that failed did so; absent once a later one has succeeded.")
        @Nullable
        Failure lastFailure,

        @JsonPropertyDescription("Builds whose Jobs are kept, the newest first.") @Nullable
        List<Run> history,

        @JsonPropertyDescription("Isolation mode of the newest build.") @Nullable
        String isolationMode) {

    /// An image by digest.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Image(
            @JsonPropertyDescription("The image by digest, `registry/repository@sha256:...`.") @Nullable
            String reference,

            @JsonPropertyDescription("Digest of its manifest.") @Nullable
            String digest,

            @JsonPropertyDescription("Bytes of its layers and documents in the registry.") @Nullable
            Long size) {}

    /// A build that succeeded.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SuccessfulBuild(
            @JsonPropertyDescription("Its number.") @Nullable
            Integer number,

            @JsonPropertyDescription("When it was done.") @Nullable
            String finished,

            @JsonPropertyDescription("How long it took from the creation of its Job, for example `42s`.") @Nullable
            String duration,

            @JsonPropertyDescription(
                    "Digest of everything that decides its result. While it is that of the newest spec and source, the"
                            + " image is not built again, also when the Job is gone.")
            @Nullable
            String rebuildKey,

            @JsonPropertyDescription("Value of the annotation strata.dev/rebuild-requested-at that it was made for.")
            @Nullable
            String rebuildRequest) {}

    /// What was built.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SourceState(
            @JsonPropertyDescription("The git commit, or the digest of the inline files.") @Nullable
            String revision) {}

    /// Where a running build is.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Progress(
            @JsonPropertyDescription("Number of the step within its stage.") @Nullable
            Integer step,

            @JsonPropertyDescription("Steps of that stage.") @Nullable
            Integer total,

            @JsonPropertyDescription("The instruction that runs.") @Nullable
            String instruction,

            @JsonPropertyDescription("The stage.") @Nullable String stage,

            @JsonPropertyDescription("Its line in the Dockerfile; known once the builder has ended there.") @Nullable
            Integer line) {}

    /// Why a build failed.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Failure(
            @JsonPropertyDescription("Number of the build.") @Nullable
            Integer number,

            @JsonPropertyDescription("One word for the kind of failure, listed in docs/problems.md.") @Nullable
            String reason,

            @JsonPropertyDescription("What failed and what to try.") @Nullable
            String message,

            @JsonPropertyDescription("The step, as the build's log shows it.") @Nullable
            String step,

            @JsonPropertyDescription("Line of the Dockerfile.") @Nullable
            Integer line,

            @JsonPropertyDescription("Exit code of the RUN instruction.") @Nullable
            Integer exitCode,

            @JsonPropertyDescription("The builder pod, which is kept with its log.") @Nullable
            String podName,

            @JsonPropertyDescription("The last output of the step.") @Nullable
            String logTail,

            @JsonPropertyDescription("Image of the last good step, for looking into.") @Nullable
            String debugImage) {}

    /// One build.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Run(
            @JsonPropertyDescription("Number of the build.") @Nullable
            Integer number,

            @JsonPropertyDescription("Name of its Job.") @Nullable
            String job,

            @JsonPropertyDescription(
                    "`Running`, `Unconfirmed` while the registry has not shown its image, `Succeeded` or `Failed`.")
            @Nullable
            String result,

            @JsonPropertyDescription("The git commit, or the digest of the inline files.") @Nullable
            String revision,

            @JsonPropertyDescription("When its Job was created.") @Nullable
            String started,

            @JsonPropertyDescription("When it was done.") @Nullable
            String finished,

            @JsonPropertyDescription("The image by digest, when it succeeded.") @Nullable
            String image) {}
}
