/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.image.Image;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.solve.BuildEvent;
import dev.strata.engine.solve.StepFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nobody may put a layer into the cache under a key that stands for other bytes.
class WrongHitsIT {
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

    private static void file(TarArchiveOutputStream tar, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        var entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    /// Listed, `b` has the last content of `a`; unpacked, the first.
    private static byte[] contradiction(String unpacked, String listed) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            file(tar, "a", unpacked);
            var link = new TarArchiveEntry("b", TarConstants.LF_LINK);
            link.setLinkName("a");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
            file(tar, "a", listed);
        }
        return bytes.toByteArray();
    }

    @Test
    void aFileThatIsUnpackedWithOtherBytesThanItsLayerListsIsRefused() throws Exception {
        builds.busybox();
        builds.image("evil", "busybox", contradiction("EVIL1\n", "GOOD1\n"));
        for (String step :
                List.of("COPY --from=evil b /f", "FROM evil AS x\nRUN cat /b\nFROM scratch\nCOPY --from=x b /f")) {
            StepFailure failure =
                    catchThrowableOfType(StepFailure.class, () -> builds.build("FROM scratch\n" + step + "\n"));
            assertThat(failure.problem().code()).isEqualTo(ProblemCode.ImageInvalid);
            assertThat(failure.problem().what()).isEqualTo("the image that is copied from contradicts itself: /b");
        }

        Image honest = builds.file("b", "GOOD1\n").build("FROM scratch\nCOPY b /f\n");
        assertThat(builds.cachedSteps()).isEmpty();
        assertThat(builds.content(honest, 0, "f")).isEqualTo("GOOD1\n");
    }

    /// The change comes when the step's key is known and its files are read.
    @Test
    void aContextFileThatChangesMeanwhileFailsTheStep() throws Exception {
        builds.file("first", "x").file("z", "OLD").file("Dockerfile", "FROM scratch\nCOPY z /\n");
        var input = BuildInput.local(builds.context, null);
        try (var context = input.openContext()) {
            var entry = context.find("z").orElseThrow();
            context.digest(entry);
            Files.writeString(builds.context.resolve("z"), "NEW");
            try (var in = context.content(entry).open()) {
                var failure = catchThrowableOfType(StrataException.class, in::readAllBytes);
                assertThat(failure.problem().what()).isEqualTo("the file changed while it was read: z");
            }
        }
    }

    @Test
    void aRunThatMakesANameOfADeletionFails() throws Exception {
        builds.busybox();
        StepFailure failure =
                catchThrowableOfType(StepFailure.class, () -> builds.build("FROM busybox\nRUN touch /.wh.home\n"));
        assertThat(failure.problem().code()).isEqualTo(ProblemCode.InstructionFailed);
        assertThat(failure.problem().what()).isEqualTo("a layer cannot hold the file /.wh.home");
        assertThat(failure.vertex().at().firstLine()).isEqualTo(2);
        assertThat(builds.events).noneMatch(BuildEvent.Cached.class::isInstance);
    }

    @Test
    void aBuildArgumentWithAZeroByteIsRefused() {
        var failure = catchThrowableOfType(
                StrataException.class,
                () -> builds.build("FROM scratch\nARG A\nWORKDIR /$A\n", Map.of("A", "a\0b"), null));
        assertThat(failure.problem().what()).isEqualTo("the build argument A has a zero byte");
    }
}
