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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What COPY finds in its source, and where it puts that: as BuildKit, with the wildcards of
/// tonistiigi/fsutil at 6d9dc2ebad62, copy/copy.go. Needs root, gcc, crun and a static BusyBox.
class CopyIT {
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
    void copyFollowsTheRulesOfDestinations() throws Exception {
        builds.file("a", "a").file("b", "b").file("dir/x", "x").file("dir/sub/y", "y");
        Image image = builds.build("""
                FROM scratch
                COPY dir /into
                COPY a /into
                COPY a /into/renamed
                COPY a b /many/
                COPY dir/ /into/
                COPY d*/x /glob/
                """);

        assertThat(builds.listing(image, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 into/",
                        "drwxr-xr-x 0/0 into/sub/",
                        "-rw-r--r-- 0/0 into/sub/y",
                        "-rw-r--r-- 0/0 into/x");
        assertThat(builds.listing(image, 1)).containsExactly("drwxr-xr-x 0/0 into/", "-rw-r--r-- 0/0 into/a");
        assertThat(builds.listing(image, 2)).containsExactly("drwxr-xr-x 0/0 into/", "-rw-r--r-- 0/0 into/renamed");
        assertThat(builds.listing(image, 3))
                .containsExactly("drwxr-xr-x 0/0 many/", "-rw-r--r-- 0/0 many/a", "-rw-r--r-- 0/0 many/b");
        assertThat(builds.listing(image, 5)).containsExactly("drwxr-xr-x 0/0 glob/", "-rw-r--r-- 0/0 glob/x");
    }

    @Test
    void copyLandsWhereTheBasesLinksLead() throws Exception {
        Files.createDirectories(builds.context.resolve("base/usr/lib"));
        Files.createSymbolicLink(builds.context.resolve("base/lib"), Path.of("usr/lib"));
        builds.file("app.so", "so");
        Image image = builds.build("FROM scratch\nCOPY base /\nCOPY app.so /lib/app.so\nCOPY app.so /lib/\n");

        assertThat(builds.listing(image, 1))
                .containsExactly("drwxr-xr-x 0/0 usr/", "drwxr-xr-x 0/0 usr/lib/", "-rw-r--r-- 0/0 usr/lib/app.so");
        assertThat(builds.listing(image, 2)).isEqualTo(builds.listing(image, 1));
    }

    @Test
    void copyFromAStageTakesItsFilesOnly() throws Exception {
        builds.busybox();
        Image image = builds.build("""
                FROM busybox AS build
                RUN mkdir /out && echo made > /out/app && chown 5:6 /out/app
                FROM busybox AS unused
                RUN exit 1
                FROM scratch
                COPY --from=build /out/ /srv/
                """);

        assertThat(image.manifest().layers()).hasSize(1);
        assertThat(builds.listing(image, 0)).containsExactly("drwxr-xr-x 0/0 srv/", "-rw-r--r-- 5/6 srv/app");
        assertThat(builds.content(image, 0, "srv/app")).isEqualTo("made\n");
    }

    /// `ResolveWildcards`: what is before the first wildcard is resolved, what follows is walked.
    @Test
    void linksAreFollowedBeforeTheFirstWildcardAndNotBehindIt() throws Exception {
        builds.file("real/x", "real").file("other/x", "other");
        Files.createSymbolicLink(builds.context.resolve("linked"), Path.of("real"));
        Image image = builds.build("FROM scratch\nCOPY linked/* /before/\nCOPY l*/x o*r/x /behind/\n");

        assertThat(builds.listing(image, 0)).containsExactly("drwxr-xr-x 0/0 before/", "-rw-r--r-- 0/0 before/x");
        assertThat(builds.listing(image, 1)).containsExactly("drwxr-xr-x 0/0 behind/", "-rw-r--r-- 0/0 behind/x");
        assertThat(builds.content(image, 1, "behind/x")).isEqualTo("other");
    }

    @Test
    void whatIsBeforeTheFirstWildcardMustBeThere() throws Exception {
        builds.file("d/x", "");
        StrataException failure = catchThrowableOfType(
                StrataException.class, () -> builds.build("FROM scratch\nCOPY d/*.txt /a/\nCOPY e/*.txt /a/\n"));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.CopySourceNotFound);
        assertThat(failure.problem().headline()).isEqualTo("Dockerfile:3: source not found: e/*.txt");
    }

    @Test
    void aMissingSourceIsToldWithTheRuleThatExcludesIt() throws Exception {
        builds.file("target/app.jar", "jar").file(".dockerignore", "*.md\ntarget/\n");
        StrataException failure = catchThrowableOfType(
                StrataException.class, () -> builds.build("FROM scratch\nCOPY target/app.jar /\n"));

        assertThat(failure.problem().code()).isEqualTo(ProblemCode.CopySourceNotFound);
        assertThat(failure.problem().headline()).isEqualTo("Dockerfile:2: source not found: target/app.jar");
        assertThat(failure.problem().why()).contains(".dockerignore");
    }

    @Test
    void ignoredFilesAreNotCopied() throws Exception {
        builds.file("src/keep.txt", "k")
                .file("src/drop.log", "d")
                .file("src/deep/drop.log", "d")
                .file("src/deep/important.log", "i")
                .file(".dockerignore", "**/*.log\n!src/deep/important.log\n");
        Image image = builds.build("FROM scratch\nCOPY src /src\n");

        assertThat(builds.listing(image, 0))
                .containsExactly(
                        "drwxr-xr-x 0/0 src/",
                        "drwxr-xr-x 0/0 src/deep/",
                        "-rw-r--r-- 0/0 src/deep/important.log",
                        "-rw-r--r-- 0/0 src/keep.txt");
    }

    @Test
    void aContextLinkCannotLeadOutside() throws Exception {
        Files.writeString(directory.resolve("secret"), "s3cret");
        Files.createSymbolicLink(builds.context.resolve("link"), directory.resolve("secret"));
        Files.createSymbolicLink(builds.context.resolve("up"), Path.of("../secret"));

        for (String name : List.of("link", "up")) {
            StrataException failure = catchThrowableOfType(
                    StrataException.class, () -> builds.build("FROM scratch\nCOPY " + name + " /stolen\n"));
            assertThat(failure.problem().code()).isEqualTo(ProblemCode.CopySourceNotFound);
        }
    }
}
