/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// The builder's seccomp profile in the kubelet's directory, where `localhostProfile:
/// strata/builder.json` names it.
final class SeccompProfile {
    private static final int MAX_SIZE = 1024 * 1024;

    private final Path source;
    private final Path root;

    SeccompProfile(Path source, Path root) {
        this.source = source;
        this.root = root;
    }

    /// Installs it when it is missing or different. The name `strata/builder.json` is ours, so
    /// whatever is there is
    /// replaced. Reasons against: `ProfileMissing`, `SeccompDirectoryMissing`, `NotOurs` (the
    /// directory is a link),
    /// `WriteFailed`.
    Ready install() {
        String profile;
        try {
            profile = OwnFiles.readFollowing(source, MAX_SIZE);
        } catch (IOException e) {
            return Ready.no("ProfileMissing");
        }
        if (!Files.isDirectory(root)) {
            return Ready.no("SeccompDirectoryMissing");
        }
        Path directory = root.resolve("strata");
        try {
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(directory);
            }
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                return Ready.no("NotOurs");
            }
            Path file = directory.resolve("builder.json");
            if (!OwnFiles.holds(file, profile)) {
                OwnFiles.replace(file, profile);
            }
            return Ready.yes("Installed");
        } catch (IOException e) {
            return Ready.no("WriteFailed");
        }
    }
}
