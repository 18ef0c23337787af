/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.linux.Mounts;
import dev.strata.engine.linux.ProcessLock;
import dev.strata.engine.linux.RootDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shared by all processes that use a store. Whoever finds it free is alone, so that all in `run` and `tmp`
/// was left by processes that died: it is taken away before anything new is put there.
final class StoreLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreLock.class);
    private static final List<String> SHORT_LIVED = List.of("run", "tmp");

    private final ProcessLock lock;

    private StoreLock(ProcessLock lock) {
        this.lock = lock;
    }

    /// Waits while another process takes away what was left.
    static StoreLock take(Path root) throws IOException {
        ProcessLock lock = ProcessLock.open(Files.createDirectories(root).resolve("lock"));
        try {
            if (lock.tryExclusive()) {
                for (String name : SHORT_LIVED) {
                    empty(Files.createDirectories(root.resolve(name)));
                }
            }
            // Another one may be let in before us here; nothing of ours is there yet.
            lock.share();
            return new StoreLock(lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static void empty(Path directory) throws IOException {
        List<Path> left;
        try (Stream<Path> files = Files.list(directory)) {
            left = files.toList();
        }
        for (Path each : left) {
            try (RootDirectory root = RootDirectory.open(directory)) {
                // What a mount shows is not ours to remove.
                Mounts.unmountBelow(each);
                root.removeTree(each.getFileName().toString());
            } catch (IOException e) {
                // No store stays shut for what is only in the way: the next start tries again.
                LOG.warn("cannot remove {}: {}", each, e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
