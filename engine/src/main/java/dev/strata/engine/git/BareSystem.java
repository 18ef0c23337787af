/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/// A machine without any git configuration: neither the system's nor the user's may lead a fetch elsewhere
/// (`url.insteadOf`) or change what is checked out, and JGit does not run `git` to find them.
final class BareSystem extends SystemReader.Delegate {
    private BareSystem(SystemReader machine) {
        super(machine);
    }

    /// From now on JGit, which has one reader for the process, reads no configuration but a repository's own.
    static void install() {
        SystemReader.setInstance(new BareSystem(SystemReader.getInstance()));
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS files) {
        return new Nothing(parent, files);
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS files) {
        return new Nothing(parent, files);
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS files) {
        return new Nothing(parent, files);
    }

    private static final class Nothing extends FileBasedConfig {
        Nothing(@Nullable Config parent, FS files) {
            super(parent, null, files);
        }

        @Override
        public void load() {}

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
