/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.solve.StepFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whether an archive of the context or a layer of the base is damaged decides what there is to mend.
class DamagedArchiveIT {
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

    /// Of a file that does not compress: the first half has the header and a part of the file.
    private byte[] half(String compression) throws IOException, InterruptedException {
        byte[] noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        Files.write(Files.createDirectories(directory.resolve("in")).resolve("noise"), noise);
        Path tar = directory.resolve("whole");
        Builds.run(
                List.of("tar", compression, "-C", directory.resolve("in").toString(), "-cf", tar.toString(), "noise"));
        byte[] whole = Files.readAllBytes(tar);
        return Arrays.copyOf(whole, whole.length / 2);
    }

    private Problem refused(String dockerfile) {
        return catchThrowableOfType(StepFailure.class, () -> builds.build(dockerfile))
                .problem();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--no-auto-compress", "--gzip", "--xz", "--zstd"})
    void aTruncatedArchiveIsNamed(String compression) throws Exception {
        Files.write(builds.context.resolve("rootfs.tar"), half(compression));

        Problem problem = refused("FROM scratch\nADD rootfs.tar /\n");

        assertThat(problem.code()).isEqualTo(ProblemCode.ArchiveInvalid);
        assertThat(problem.headline()).isEqualTo("Dockerfile:2: the archive rootfs.tar cannot be read");
        assertThat(problem.why()).startsWith("it ");
    }

    @Test
    void aDamagedBlockOfBzip2IsNamed() throws Exception {
        byte[] noise = new byte[2_000_000];
        new Random(1).nextBytes(noise);
        Files.write(Files.createDirectories(directory.resolve("in")).resolve("noise"), noise);
        Path tar = builds.context.resolve("rootfs.tar");
        Builds.run(List.of("tar", "--bzip2", "-C", directory.resolve("in").toString(), "-cf", tar.toString(), "noise"));
        byte[] bytes = Files.readAllBytes(tar);
        Files.write(tar, Arrays.copyOf(bytes, bytes.length * 3 / 4));

        Problem problem = refused("FROM scratch\nADD rootfs.tar /\n");

        assertThat(problem.code()).isEqualTo(ProblemCode.ArchiveInvalid);
        assertThat(problem.what()).isEqualTo("the archive rootfs.tar cannot be read");
    }

    @Test
    void aDamagedLayerIsTheImages() throws Exception {
        builds.busybox();
        byte[] damaged = half("--gzip");
        Descriptor blob = builds.store().blobs().put(MediaTypes.OCI_LAYER_GZIP, damaged);
        builds.image("truncated", "busybox", List.of(new Layer(blob, new DiffId(Digest.of(damaged)))));
        builds.image("no-tar", "busybox", "x".repeat(1024).getBytes(StandardCharsets.US_ASCII));

        for (String image : List.of("truncated", "no-tar")) {
            Problem problem = refused("FROM " + image + "\nRUN true\n");
            assertThat(problem.code()).isEqualTo(ProblemCode.ImageInvalid);
            assertThat(problem.what()).startsWith("the layer sha256:").endsWith(" cannot be read");
            assertThat(problem.tryThis()).isEqualTo("pull the image again, or tell its author");
        }
    }
}
