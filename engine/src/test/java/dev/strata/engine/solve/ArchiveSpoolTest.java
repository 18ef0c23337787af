/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.layer.SizeBudget;
import dev.strata.engine.layer.Tree;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveSpoolTest {
    private static final int SIZE = 1 << 20;
    private static final SourceTree NOTHING = new ImageTree(Tree.of(List.of()), List.of(), layers -> Path.of("none"));

    @TempDir
    Path temporary;

    private static byte[] bomb() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
            var entry = new TarArchiveEntry("zeros");
            entry.setSize(SIZE);
            tar.putArchiveEntry(entry);
            tar.write(new byte[SIZE]);
            tar.closeArchiveEntry();
        }
        return out.toByteArray();
    }

    @Test
    void aBombEndsBeforeItFillsTheDisk() throws IOException {
        byte[] bomb = bomb();
        try (var spool = new ArchiveSpool(temporary, NOTHING, new SizeBudget("what this ADD unpacks", SIZE / 2, 10))) {
            assertThatThrownBy(() -> spool.open("a.tar", () -> new ByteArrayInputStream(bomb)))
                    .isInstanceOfSatisfying(
                            StrataException.class,
                            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.SizeLimitExceeded))
                    .hasMessage("what this ADD unpacks is too large");
            try (Stream<Path> files = Files.list(temporary)) {
                assertThat(files)
                        .allSatisfy(file -> assertThat(Files.size(file)).isLessThan(SIZE));
            }
        }
    }

    @Test
    void theArchivesOfOneStepShareTheLimit() throws IOException {
        byte[] bomb = bomb();
        try (var spool = new ArchiveSpool(temporary, NOTHING, new SizeBudget("what this ADD unpacks", 3 * SIZE, 1))) {
            assertThat(spool.open("a.tar", () -> new ByteArrayInputStream(bomb)))
                    .isPresent();
            assertThatThrownBy(() -> spool.open("a.tar", () -> new ByteArrayInputStream(bomb)))
                    .hasMessage("what this ADD unpacks is too large");
        }
    }
}
