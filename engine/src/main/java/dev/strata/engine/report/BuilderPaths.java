/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import java.nio.file.Path;

/// Where a builder pod finds what it is given. All of it lies outside every root file system that a
/// RUN sees.
public final class BuilderPaths {
    /// The [BuildRequest], JSON.
    public static final String REQUEST = "/strata/request/request.json";

    /// Environment variable with the digest of the request that was asked for, `sha256:...`. Whoever may write
    /// ConfigMaps cannot write it: it is a part of the Job.
    public static final String REQUEST_DIGEST = "STRATA_REQUEST_DIGEST";

    /// Environment variable with the time at which the launcher began, in milliseconds since 1970.
    public static final String LAUNCHED = "STRATA_LAUNCHED";

    /// A docker `config.json` with the credentials of the target; may be missing.
    public static final String DOCKER_CONFIG = "/strata/registry/config.json";

    /// Directories `0`, `1` and so on, each with a docker `config.json` for pulling; may be missing.
    public static final String PULL_CREDENTIALS = "/strata/pull";

    /// PEM certificates of the authorities that sign in-cluster registries; may be missing.
    public static final String CA_BUNDLE = "/strata/ca/ca.crt";

    /// The git Secret's keys as files (`username`, `password`, `ssh-privatekey`, `known_hosts`,
    /// `ca.crt`); may be missing.
    public static final String GIT_CREDENTIALS = "/strata/git";

    /// The engine's store: blobs, snapshots, and the working copy of the source.
    public static final String STORE = "/strata/store";

    /// Where the report goes; Kubernetes reads it as the termination message.
    public static final String TERMINATION_LOG = "/dev/termination-log";

    private BuilderPaths() {}

    /// One of these paths below `root`: `/` in a pod, another directory where a test plays one.
    public static Path below(Path root, String path) {
        return root.resolve(path.substring(1));
    }
}
