/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.image.Image;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.layer.LayerWriter;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which changes make a step run again, one input at a time. Needs root and crun.
class CacheKeysIT {
    private static final String COPY = "FROM scratch\nCOPY tree /tree/\n";

    @TempDir
    Path directory;

    private Builds builds;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        builds = new Builds(directory.resolve("first"));
        tree(builds);
    }

    @AfterEach
    void close() {
        builds.close();
    }

    private static void tree(Builds builds) throws IOException {
        builds.file("tree/x", "x")
                .file("tree/y", "y")
                .file("tree/ignored.log", "1")
                .file("other", "o")
                .file(".dockerignore", "**/*.log\n");
        Files.createSymbolicLink(builds.context.resolve("tree/link"), Path.of("x"));
    }

    interface Change {
        void make(Path tree) throws IOException;
    }

    record Case(String what, boolean hit, Change change) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Case> changesOfTheContext() {
        return List.of(
                new Case("nothing", true, tree -> {}),
                new Case("content", false, tree -> Files.writeString(tree.resolve("x"), "z")),
                new Case(
                        "mode",
                        false,
                        tree -> Files.setPosixFilePermissions(
                                tree.resolve("x"), PosixFilePermissions.fromString("rwxr-xr-x"))),
                new Case("mtime", true, tree -> Files.setLastModifiedTime(tree.resolve("x"), FileTime.fromMillis(0))),
                new Case("a new name", false, tree -> Files.writeString(tree.resolve("z"), "")),
                new Case("a renamed file", false, tree -> Files.move(tree.resolve("x"), tree.resolve("w"))),
                new Case("swapped contents", false, tree -> {
                    Files.writeString(tree.resolve("x"), "y");
                    Files.writeString(tree.resolve("y"), "x");
                }),
                new Case("the order in which files were made", true, tree -> {
                    Files.delete(tree.resolve("x"));
                    Files.writeString(tree.resolve("x"), "x");
                }),
                new Case("the target of a link", false, tree -> {
                    Files.delete(tree.resolve("link"));
                    Files.createSymbolicLink(tree.resolve("link"), Path.of("y"));
                }),
                new Case("an excluded file", true, tree -> Files.writeString(tree.resolve("ignored.log"), "2")),
                new Case("a file beside", true, tree -> Files.writeString(tree.resolveSibling("other"), "2")));
    }

    @ParameterizedTest
    @MethodSource("changesOfTheContext")
    void aCopyDependsOn(Case change) throws Exception {
        builds.build(COPY);
        change.change().make(builds.context.resolve("tree"));
        builds.build(COPY);

        assertThat(!builds.cachedSteps().isEmpty()).isEqualTo(change.hit());
    }

    @ParameterizedTest
    @CsvSource({
        "COPY tree /t/, COPY --chown=1:2 tree /t/, false",
        "COPY --chown=1:2 tree /t/, COPY --chown=1:3 tree /t/, false",
        "COPY --chmod=644 tree/x /t/, COPY --chmod=600 tree/x /t/, false",
        "COPY tree /t/, COPY tree /u/, false",
        "COPY tree /t/, ADD tree /t/, false",
        "COPY tree/x /t/, COPY tree/y /t/, false",
        "COPY tree/x /t/, COPY ./tree/x /t/, true",
        "LABEL a=1\\nCOPY tree /t/, LABEL a=2\\nCOPY tree /t/, true",
        "WORKDIR /a\\nCOPY tree /t/, WORKDIR /b\\nCOPY tree /t/, false",
        "WORKDIR /a, WORKDIR /b, false",
        "USER 1\\nWORKDIR /a, USER 2\\nWORKDIR /a, false"
    })
    void aStepDependsOnItsInstruction(String before, String after, boolean hit) throws Exception {
        builds.build("FROM scratch\n" + before.replace("\\n", "\n") + "\n");
        builds.build("FROM scratch\n" + after.replace("\\n", "\n") + "\n");

        assertThat(!builds.cachedSteps().isEmpty()).isEqualTo(hit);
    }

    @ParameterizedTest
    @CsvSource({
        "RUN true, RUN : , false",
        "ENV A=1\\nRUN true, ENV A=2\\nRUN true, false",
        "USER 1\\nRUN true, USER 2\\nRUN true, false",
        "LABEL A=1\\nRUN true, LABEL A=2\\nRUN true, true",
        "SHELL [\"/bin/sh\"; \"-c\"]\\nRUN true, SHELL [\"/bin/sh\"; \"-ec\"]\\nRUN true, false"
    })
    void aRunDependsOnItsSurroundings(String before, String after, boolean hit) throws Exception {
        builds.busybox();
        builds.build("FROM busybox\n" + before.replace("\\n", "\n").replace(';', ',') + "\n");
        builds.build("FROM busybox\n" + after.replace("\\n", "\n").replace(';', ',') + "\n");

        assertThat(!builds.cachedSteps().isEmpty()).isEqualTo(hit);
    }

    @ParameterizedTest
    @CsvSource({"ARG V\\nRUN true, false", "RUN true\\nARG V, true"})
    void aRunDependsOnTheArgumentsDeclaredBeforeIt(String text, boolean hit) throws Exception {
        builds.busybox();
        String dockerfile = "FROM busybox\n" + text.replace("\\n", "\n") + "\n";
        builds.build(dockerfile, Map.of("V", "1"), null);
        builds.build(dockerfile, Map.of("V", "2"), null);

        assertThat(!builds.cachedSteps().isEmpty()).isEqualTo(hit);
    }

    @Test
    void everyLayerDependsOnTheLatestTimeInIt() throws Exception {
        builds.busybox();
        String dockerfile = "FROM busybox\nRUN touch /made\n";
        builds.build(dockerfile);
        builds.build(dockerfile, Instant.ofEpochSecond(1_000_000_000));
        assertThat(builds.cachedSteps()).isEmpty();
        builds.build(dockerfile, Instant.ofEpochSecond(1_000_000_000));
        assertThat(builds.cachedSteps()).hasSize(1);
    }

    /// The keys are made of diffIDs, which a base image only claims.
    @ParameterizedTest
    @ValueSource(strings = {"COPY tree/x /app/x", "WORKDIR /app/w", "RUN touch /app/x"})
    void aBaseThatClaimsTheDiffIdOfAnothersLayerIsRefusedAndLeavesNoRecord(String step) throws Exception {
        builds.busybox();
        builds.file("honest/app/kept", "k").file("lying/kept", "k");
        Files.createSymbolicLink(builds.context.resolve("lying/app"), Path.of("etc"));
        Image honest = builds.build("FROM busybox\nCOPY honest /\n");
        builds.store().images().tag(ImageReference.parse("honest"), honest.descriptor());
        Image other = builds.build("FROM busybox\nCOPY lying /\n");
        var lie = new Layer(
                other.manifest().layers().getLast(), honest.config().diffIds().getLast());
        builds.image("liar", "busybox", List.of(lie));

        assertThatThrownBy(() -> builds.build("FROM liar\n" + step + "\n"))
                .isInstanceOfSatisfying(StrataException.class, e -> {
                    assertThat(e.problem().code()).isEqualTo(ProblemCode.ImageInvalid);
                    assertThat(e.problem().why()).contains("the config names " + lie.diffId());
                });
        builds.build("FROM honest\n" + step + "\n");
        assertThat(builds.cachedSteps()).isEmpty();
    }

    @Test
    void aLayerOfAnotherEncoderIsNotTaken() throws Exception {
        ImageBuilder builder = builds.builder(COPY);
        builder.build();
        Map<CacheKey, CacheRecord> ours = builder.usedRecords();
        var theirs = new HashMap<CacheKey, CacheRecord>();
        ours.forEach((key, found) -> {
            Descriptor blob = found.layer().blob();
            var other = new Descriptor(
                    blob.mediaType(), blob.digest(), blob.size(), Map.of(LayerWriter.ENCODER, "another-1"));
            theirs.put(key, new CacheRecord(new Layer(other, found.layer().diffId()), found.created()));
        });

        try (var second = new Builds(directory.resolve("second"))) {
            tree(second);
            copyBlobs(ours, second);
            second.build(COPY, theirs);
            assertThat(second.cachedSteps()).isEmpty();
        }
        try (var third = new Builds(directory.resolve("third"))) {
            tree(third);
            copyBlobs(ours, third);
            third.build(COPY, ours);
            assertThat(third.cachedSteps()).hasSize(1);
        }
    }

    /// A record counts only where its layer can be had.
    private void copyBlobs(Map<CacheKey, CacheRecord> records, Builds to) {
        records.values()
                .forEach(found -> to.store()
                        .blobs()
                        .put(
                                found.layer().blob().mediaType(),
                                builds.store()
                                        .blobs()
                                        .bytes(found.layer().blob().digest())));
    }
}
