/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same code with small limits: a mebibyte of zeros stands for terabytes.
class SizeBudgetTest {
    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    Path root;

    private BlobStore blobs;

    @BeforeEach
    void openTheStore() throws IOException {
        blobs = BlobStore.open(root);
    }

    private static SizeBudget budget(long bytes, long entries) {
        return new SizeBudget("the bomb", bytes, entries);
    }

    private static void assertRefused(String why, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StrataException.class, e -> {
            assertThat(e.problem().code()).isEqualTo(ProblemCode.SizeLimitExceeded);
            assertThat(e.problem().what()).isEqualTo("the bomb is too large");
            assertThat(e.problem().why()).isEqualTo("it has " + why + " when unpacked");
        });
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] zeros() {
        return new TarBytes().entry("f", '0', "", new byte[MEBIBYTE]).bytes();
    }

    private void read(byte[] tar, SizeBudget budget) throws IOException {
        Descriptor blob = blobs.put(MediaTypes.OCI_LAYER_GZIP, gzip(tar));
        var ignoring = new LayerReader.Visitor() {
            @Override
            public void entry(Entry entry, InputStream content) {}

            @Override
            public void whiteout(String path) {}

            @Override
            public void opaque(String directory) {}
        };
        LayerReader.read(new Layer(blob, new DiffId(Digest.of(tar))), blobs, ignoring, budget);
    }

    private static void unpack(byte[] archive, SizeBudget budget) throws IOException {
        Archives.open(new ByteArrayInputStream(archive), budget)
                .orElseThrow()
                .forEach((entry, content) -> content.transferTo(OutputStream.nullOutputStream()));
    }

    @Test
    void aGzipBombOfALayerEndsAtTheLimitAlsoWhereNobodyReadsIt() throws IOException {
        read(zeros(), budget(2 * MEBIBYTE, 1));

        assertRefused("more than 4096 bytes", () -> read(zeros(), budget(4096, 10)));
    }

    @Test
    void whatFollowsTheEndOfTheTarCountsToo() throws IOException {
        var trailing = new ByteArrayOutputStream();
        trailing.writeBytes(new TarBytes().file("f", "").bytes());
        trailing.writeBytes(new byte[MEBIBYTE]);

        assertRefused("more than 4096 bytes", () -> read(trailing.toByteArray(), budget(4096, 10)));
    }

    @Test
    void aGzipBombOfAnArchiveEndsAtTheLimit() throws IOException {
        byte[] bomb = gzip(zeros());
        assertThat(bomb).hasSizeLessThan(4096);

        assertRefused("more than 4096 bytes", () -> unpack(bomb, budget(4096, 10)));
    }

    @Test
    void entriesAreCountedAndWhiteoutsAreEntries() {
        byte[] tar =
                new TarBytes().file("a", "").file(".wh.b", "").file("c", "").bytes();

        assertRefused("more than 2 files", () -> read(tar, budget(MEBIBYTE, 2)));
        assertRefused("more than 2 files", () -> unpack(tar, budget(MEBIBYTE, 2)));
    }

    @Test
    void namesThatWouldFillTheMemoryAreRefused() {
        SizeBudget budget = budget(0, Long.MAX_VALUE);
        Entry large = Entry.symlink("l", "x".repeat(MEBIBYTE), 0, 0, Instant.EPOCH);

        assertRefused("names and attributes of more than 268435456 characters", () -> {
            for (int i = 0; i < 257; i++) {
                budget.take(large);
            }
        });
    }

    @Test
    void aLayerThatIsWrittenKeepsWithinTheSameLimits() throws IOException {
        try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null, budget(10, 2))) {
            assertRefused(
                    "more than 10 bytes",
                    () -> out.add(Entry.file("f", 0644, 0, 0, 11, Instant.EPOCH), () -> {
                        throw new IOException("it is not opened");
                    }));
        }
        try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null, budget(10, 2))) {
            out.add(Entry.directory("d", 0755, 0, 0, Instant.EPOCH), null);
            out.whiteout("e");
            assertRefused("more than 2 files", () -> out.whiteout("f"));
        }
    }
}
