/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.strata.engine.image.History;
import dev.strata.engine.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole builds on a real store, with real namespaces. Needs root, crun, gcc and a static BusyBox.
class ImageBuilderIT {
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

    @Test
    void helloWorldIsOneLayerWithItsCommand() throws Exception {
        builds.file("hello", "binary");
        Image image = builds.build("FROM scratch\nCOPY hello /\nCMD [\"/hello\"]\n");

        assertThat(builds.listing(image, 0)).containsExactly("-rw-r--r-- 0/0 hello");
        assertThat(image.manifest().layers()).hasSize(1);
        assertThat(image.config().config().cmd()).containsExactly("/hello");
        assertThat(image.config().history())
                .extracting(History::createdBy, History::emptyLayer)
                .containsExactly(tuple("COPY hello / # buildkit", false), tuple("CMD [\"/hello\"]", true));
    }

    @Test
    void workdirMakesWhatIsMissing() throws Exception {
        Image image = builds.build("FROM scratch\nUSER 12:34\nWORKDIR /a/b\nWORKDIR c\nWORKDIR /a\n");

        assertThat(builds.listing(image, 0)).containsExactly("drwxr-xr-x 12/34 a/", "drwxr-xr-x 12/34 a/b/");
        assertThat(builds.listing(image, 1).getLast()).isEqualTo("drwxr-xr-x 12/34 a/b/c/");
        assertThat(builds.listing(image, 2)).isEmpty();
        assertThat(image.config().config().workingDir()).isEqualTo("/a");
    }

    @Test
    void anUnchangedBuildIsWhollyCachedAndGivesTheSameImage() throws Exception {
        builds.busybox();
        builds.file("a", "a").file("b", "b");
        String dockerfile = "FROM busybox\nCOPY a /a\nRUN cat /a > /made\nCOPY b /b\nCMD [\"sh\"]\n";
        Image first = builds.build(dockerfile);
        Files.setLastModifiedTime(builds.context.resolve("a"), FileTime.fromMillis(0));
        Image second = builds.build(dockerfile);

        assertThat(builds.cachedSteps()).containsExactly("COPY a /a", "RUN cat /a > /made", "COPY b /b");
        assertThat(second.descriptor()).isEqualTo(first.descriptor());

        builds.file("b", "changed");
        builds.build(dockerfile);
        assertThat(builds.cachedSteps()).containsExactly("COPY a /a", "RUN cat /a > /made");
    }

    /// As BuildKit: an image has one author, and its history names none.
    @Test
    void theAuthorIsTheImagesAndNotThatOfItsSteps() throws Exception {
        Image image = builds.build("FROM scratch\nMAINTAINER somebody\nLABEL a=b\n");

        assertThat(image.config().author()).isEqualTo("somebody");
        assertThat(image.config().history())
                .hasSize(2)
                .allSatisfy(step -> assertThat(step.author()).isNull());
    }

    @Test
    void buildArgumentsReachTheirArgs() throws Exception {
        Image image = builds.build(
                "ARG BASE=scratch\nFROM $BASE\nARG VERSION\nLABEL version=$VERSION\nENV V=${VERSION:-none}\n",
                Map.of("VERSION", "2.1"),
                null);

        assertThat(image.config().config().labels()).containsEntry("version", "2.1");
        assertThat(image.config().config().envMap()).containsEntry("V", "2.1");
    }
}
