/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.problem;

/// The stable names of failures. Public API: a code is also the `reason` of a Kubernetes condition, so it is CamelCase
/// and
/// never changes its meaning.
public enum ProblemCode {
    // The Dockerfile and its context
    DockerfileNotFound(Retry.NEVER),
    DockerfileSyntaxError(Retry.NEVER),
    UnsupportedInstruction(Retry.NEVER),
    UnknownStage(Retry.NEVER),
    ContextDirNotFound(Retry.NEVER),
    CopySourceNotFound(Retry.NEVER),
    UnknownUser(Retry.NEVER),
    ArchiveInvalid(Retry.NEVER),
    InstructionFailed(Retry.NEVER),
    SizeLimitExceeded(Retry.NEVER),

    // Images and registries
    InvalidReference(Retry.NEVER),
    ImageNotFound(Retry.NEVER),
    ImageInvalid(Retry.NEVER),
    PullUnauthorized(Retry.NEVER),
    PushUnauthorized(Retry.NEVER),
    CredentialsInvalid(Retry.NEVER),
    RegistryUnreachable(Retry.LATER),
    RegistryError(Retry.LATER),

    // The source of a build
    GitRepositoryNotFound(Retry.NEVER),
    GitRevisionNotFound(Retry.NEVER),
    GitUnauthorized(Retry.NEVER),
    GitUnreachable(Retry.LATER),
    SourceTooLarge(Retry.NEVER),

    // The place where a build runs
    IsolationUnavailable(Retry.NEVER),
    IsolationUnknown(Retry.LATER),
    StoreInvalid(Retry.NEVER),
    OutOfMemory(Retry.NEVER),
    Timeout(Retry.NEVER),
    Cancelled(Retry.NEVER),
    PodFailed(Retry.LATER),
    PodForbidden(Retry.LATER),

    // What a resource refers to
    SecretNotFound(Retry.LATER),
    RegistryNotFound(Retry.LATER),
    RegistryNotReady(Retry.LATER),
    RegistryNotShared(Retry.LATER),

    InvalidArgument(Retry.NEVER),
    Internal(Retry.LATER);

    private enum Retry {
        NEVER,
        LATER
    }

    private final Retry retry;

    ProblemCode(Retry retry) {
        this.retry = retry;
    }

    /// Whether the same request may succeed later with nothing changed by its author.
    public boolean retryable() {
        return retry == Retry.LATER;
    }
}
