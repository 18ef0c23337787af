/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
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

        /// JGit would measure how exact a file system's times are, with one processor for as long as a small
        /// checkout takes. Its answer tells changes of files by others, of which a fresh checkout has none.
        @Override
        public long getTimeUnit(String section, String subsection, String name, long undefined, TimeUnit unit) {
            return section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION)
                    ? unit.convert(FS.FileStoreAttributes.FALLBACK_TIMESTAMP_RESOLUTION)
                    : super.getTimeUnit(section, subsection, name, undefined, unit);
        }
    }
}
