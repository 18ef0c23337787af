/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.image.Image;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The source of a stranger: `credentials` beside it stands for what is mounted into a builder pod.
class BuildInputIT {
    private static final String COPY_ALL = "FROM scratch\nCOPY . /\n";

    @TempDir
    Path directory;

    private Path source;
    private Builds builds;

    @BeforeEach
    void makeASource() throws IOException, InterruptedException {
        builds = new Builds(directory.resolve("builds"));
        source = Files.createDirectories(directory.resolve("work/source"));
        Path credentials = Files.createDirectories(directory.resolve("credentials"));
        Files.writeString(credentials.resolve("config.json"), "s3cret");
        Files.writeString(credentials.resolve("Dockerfile"), "FROM s3cret");
        Files.writeString(credentials.resolve(".dockerignore"), "s3cret");
    }

    @AfterEach
    void close() {
        builds.close();
    }

    private BuildInput input(String contextDir, @Nullable String inline) throws IOException {
        return BuildInput.ofSource(source, contextDir, null, inline, Instant.EPOCH);
    }

    private List<String> copied(BuildInput input) throws IOException, InterruptedException {
        var options = new BuildOptions(input, Map.of(), null, Platform.local(), false, false, Map.of(), null);
        Image image = new ImageBuilder(builds.store(), options, _ -> {}).build();
        return builds.listing(image, 0);
    }

    @Test
    void aContextLinkThatLeadsOutOfTheSourceIsTheDirectoryThatItNamesWithin() throws Exception {
        Files.createSymbolicLink(source.resolve("app"), Path.of("../../credentials"));
        Path decoy = Files.createDirectory(source.resolve("credentials"));
        Files.writeString(decoy.resolve("decoy"), "mine");

        assertThat(copied(input("app", COPY_ALL))).containsExactly("-rw-r--r-- 0/0 decoy");
    }

    @Test
    void aContextLinkToWhatTheSourceLacksIsNotFound() throws Exception {
        Files.createSymbolicLink(source.resolve("up"), Path.of("../../credentials"));
        Files.createSymbolicLink(source.resolve("abs"), directory.resolve("credentials"));
        Files.createSymbolicLink(source.resolve("loop"), Path.of("loop"));
        Files.writeString(source.resolve("file"), "");

        for (String contextDir : List.of("up", "abs", "loop", "file", "none", "../../credentials")) {
            StrataException failure = catchThrowableOfType(StrataException.class, () -> input(contextDir, COPY_ALL));
            assertThat(failure.problem().code()).as(contextDir).isEqualTo(ProblemCode.ContextDirNotFound);
            assertThat(failure.problem().what()).isEqualTo("no such context directory: " + contextDir);
        }
    }

    @Test
    void dockerfileAndIgnoreFileAreThoseOfTheContextThatIsCopied() throws Exception {
        Files.createSymbolicLink(source.resolve("app"), Path.of("../../credentials"));
        Path decoy = Files.createDirectory(source.resolve("credentials"));
        Files.writeString(decoy.resolve("Dockerfile"), COPY_ALL);
        Files.writeString(decoy.resolve(".dockerignore"), "*\n!kept\n");
        Files.writeString(decoy.resolve("kept"), "");
        BuildInput input = input("app", null);

        assertThat(input.dockerfile().lines()).containsExactly("FROM scratch", "COPY . /");
        assertThat(copied(input)).containsExactly("-rw-r--r-- 0/0 kept");
    }

    @Test
    void linksInAContextStopAtTheContextAndNotOnlyAtTheSource() throws Exception {
        Path app = Files.createDirectory(source.resolve("app"));
        Files.writeString(source.resolve("beside"), "not of this context");
        Files.createSymbolicLink(app.resolve("out"), Path.of("../beside"));
        Files.createSymbolicLink(app.resolve("far"), Path.of("../../../credentials/config.json"));
        Files.writeString(app.resolve("mine"), "");
        Files.createSymbolicLink(app.resolve("in"), Path.of("../mine"));

        assertThat(copied(input("app", "FROM scratch\nCOPY in /\n"))).containsExactly("-rw-r--r-- 0/0 in");
        for (String name : List.of("out", "far")) {
            BuildInput input = input("app", "FROM scratch\nCOPY " + name + " /\n");
            StrataException failure = catchThrowableOfType(StrataException.class, () -> copied(input));
            assertThat(failure.problem().code()).as(name).isEqualTo(ProblemCode.CopySourceNotFound);
        }
    }

    @Test
    void theIgnoreFileBesideANamedDockerfileWins() throws Exception {
        Path docker = Files.createDirectories(source.resolve("docker"));
        Files.writeString(docker.resolve("app.Dockerfile"), "FROM scratch\nCOPY . /\n");
        Files.writeString(source.resolve("secret"), "s");
        Files.writeString(source.resolve("other"), "o");
        Files.writeString(source.resolve(".dockerignore"), "docker\nother\n");
        assertThat(copied(BuildInput.local(source, docker.resolve("app.Dockerfile"))))
                .containsExactly("-rw-r--r-- 0/0 .dockerignore", "-rw-r--r-- 0/0 secret");

        Files.writeString(docker.resolve("app.Dockerfile.dockerignore"), "docker\nsecret\n");
        assertThat(copied(BuildInput.local(source, docker.resolve("app.Dockerfile"))))
                .containsExactly("-rw-r--r-- 0/0 .dockerignore", "-rw-r--r-- 0/0 other");
    }
}
