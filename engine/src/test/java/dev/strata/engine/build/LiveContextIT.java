/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.strata.engine.image.Image;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.solve.StepFailure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A context that somebody writes to while its cache key is made: the change comes when a large file is being
/// read, whose directory and the files before it are in the key already.
class LiveContextIT {
    private static final String DOCKERFILE = "FROM scratch\nCOPY src /s/\n";
    private static final long LARGE = 128L << 20;

    @TempDir
    Path directory;

    private Builds builds;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        builds = new Builds(directory);
    }

    @AfterEach
    void close() {
        builds.close();
    }

    enum Change {
        APPEARS {
            @Override
            void in(Path sources) throws IOException {
                Files.writeString(sources.resolve("new"), "new");
            }
        },
        VANISHES {
            @Override
            void in(Path sources) throws IOException {
                Files.delete(sources.resolve("link"));
            }
        },
        MODE {
            @Override
            void in(Path sources) throws IOException {
                Files.setPosixFilePermissions(sources.resolve("file"), PosixFilePermissions.fromString("rwxrwxrwx"));
            }
        },
        LINK {
            @Override
            void in(Path sources) throws IOException {
                Files.delete(sources.resolve("link"));
                Files.createSymbolicLink(sources.resolve("link"), Path.of("elsewhere"));
            }
        };

        abstract void in(Path sources) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aChangeWhileTheKeyIsMadeFailsTheStep(Change change) throws Exception {
        builds.file("src/file", "text");
        Path sources = builds.context.resolve("src");
        Files.createSymbolicLink(sources.resolve("link"), Path.of("file"));
        Path large = sources.resolve("z-large");
        try (var file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(LARGE);
        }
        var changed = CompletableFuture.runAsync(() -> {
            await().pollInterval(Duration.ofMillis(1)).until(() -> isOpen(large));
            try {
                change.in(sources);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        StepFailure failure = catchThrowableOfType(StepFailure.class, () -> builds.build(DOCKERFILE));

        changed.join();
        assertThat(failure.problem().code()).isEqualTo(ProblemCode.InstructionFailed);
        assertThat(failure.problem().what()).isEqualTo("the sources changed while they were read: src");
        Image again = builds.build(DOCKERFILE);
        assertThat(builds.cachedSteps()).isEmpty();
        assertThat(again.manifest().layers()).hasSize(1);
    }

    private static boolean isOpen(Path file) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.anyMatch(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).equals(file);
                } catch (IOException closedMeanwhile) {
                    return false;
                }
            });
        }
    }
}
