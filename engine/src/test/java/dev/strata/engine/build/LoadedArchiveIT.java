/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.content.Digest;
import dev.strata.engine.image.Image;
import dev.strata.engine.layer.SizeBudget;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that `load` is given and that are hardly archives.
class LoadedArchiveIT {
    private static final ImageReference NAME = ImageReference.parse("team/app:1");
    private static final byte[] BLOB = "a blob".getBytes(UTF_8);

    @TempDir
    Path directory;

    private Builds into;
    private Path file;

    @BeforeEach
    void open() throws Exception {
        into = new Builds(directory.resolve("into"));
        file = directory.resolve("archive.tar");
    }

    @AfterEach
    void close() {
        into.close();
    }

    private void archive(String name, byte type, byte[] bytes) throws IOException {
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file), UTF_8.name())) {
            var entry = new TarArchiveEntry(name, type);
            entry.setSize(bytes.length);
            tar.putArchiveEntry(entry);
            tar.write(bytes);
            tar.closeArchiveEntry();
        }
    }

    private Problem refused(ProblemCode code) throws IOException {
        return refused(code, SizeBudget.of("the archive"));
    }

    private Problem refused(ProblemCode code, SizeBudget budget) throws IOException {
        Problem problem = catchThrowableOfType(
                        StrataException.class, () -> new ImageArchive(into.store()).load(file, budget))
                .problem();
        assertThat(problem.code()).isEqualTo(code);
        for (String kept : List.of("blobs/sha256", "tmp")) {
            try (Stream<Path> files = Files.list(directory.resolve("into/store").resolve(kept))) {
                assertThat(files).isEmpty();
            }
        }
        return problem;
    }

    @Test
    void aBlobWhoseNameIsNotItsDigestIsNotKept() throws IOException {
        archive("blobs/sha256/" + Digest.of("another").hex(), TarConstants.LF_NORMAL, BLOB);

        assertThat(refused(ProblemCode.ImageInvalid).why())
                .contains(Digest.of(BLOB) + ", which is not the blob's name");
    }

    @Test
    void moreThanTheBudgetIsNotRead() throws IOException {
        archive("blobs/sha256/" + Digest.of(BLOB).hex(), TarConstants.LF_NORMAL, BLOB);

        assertThat(refused(ProblemCode.SizeLimitExceeded, new SizeBudget("the archive", 512, 10))
                        .why())
                .contains("more than 512 bytes");
        assertThat(refused(ProblemCode.SizeLimitExceeded, new SizeBudget("the archive", 1 << 20, 0))
                        .why())
                .contains("more than 0 files");
    }

    @Test
    void aSparseEntryIsRefused() throws IOException {
        archive("blobs/sha256/" + Digest.of(BLOB).hex(), TarConstants.LF_GNUTYPE_SPARSE, BLOB);

        assertThat(refused(ProblemCode.ArchiveInvalid).why()).contains("sparse files");
    }

    @Test
    void anIndexThatIsTooLargeIsRefused() throws IOException {
        archive("index.json", TarConstants.LF_NORMAL, new byte[ArchivedImages.MAX_DOCUMENT + 1]);

        assertThat(refused(ProblemCode.ImageInvalid).why()).isEqualTo("its index.json has more than 8 MiB");
    }

    @Test
    void aFileThatIsNoArchiveIsRefusedByItsName() throws IOException {
        assertThat(refused(ProblemCode.ArchiveInvalid).why()).isEqualTo("there is no such file");
        Files.writeString(file, "no archive");
        Problem problem = refused(ProblemCode.ArchiveInvalid);

        assertThat(problem.what()).isEqualTo("the archive " + file + " cannot be read");
        assertThat(problem.why()).isEqualTo("it is no tar archive, plain or compressed");
    }

    @Test
    void anArchiveThatEndsTooEarlyIsRefusedByItsName() throws IOException {
        archive("blobs/sha256/" + Digest.of(BLOB).hex(), TarConstants.LF_NORMAL, BLOB);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 514));

        Problem problem = refused(ProblemCode.ArchiveInvalid);

        assertThat(problem.what()).isEqualTo("the archive " + file + " cannot be read");
        assertThat(problem.why()).isEqualTo("it ends in the middle of a file");
    }

    @Test
    void aCompressedArchiveIsReadAsAPlainOne() throws Exception {
        var bytes = new ByteArrayOutputStream();
        Image image;
        try (var from = new Builds(directory.resolve("from"))) {
            from.file("a", "a");
            image = from.build("FROM scratch\nCOPY a /a\n");
            new ImageArchive(from.store()).save(List.of(new LocalImages.Named(NAME, image)), bytes);
        }
        try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
            bytes.writeTo(gzip);
        }

        assertThat(new ImageArchive(into.store()).load(file)).containsExactly(NAME);
        assertThat(into.store().images().find(NAME)).contains(image);
    }
}
