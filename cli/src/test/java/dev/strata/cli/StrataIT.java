/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The packaged command as a user starts it. Needs root, crun and a static BusyBox.
class StrataIT {
    private static final Path COMMAND = Path.of("target/strata/bin/strata");

    @TempDir
    Path directory;

    private Path context;
    private String store = "store";

    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void makeContext() throws IOException {
        context = Files.createDirectory(directory.resolve("context"));
    }

    private ProcessBuilder command(String... args) {
        List<String> words = new ArrayList<>(List.of(
                COMMAND.toAbsolutePath().toString(),
                "--root",
                directory.resolve(store).toString()));
        words.addAll(List.of(args));
        return new ProcessBuilder(words).directory(context.toFile());
    }

    private Ended strata(String... args) throws IOException, InterruptedException {
        File err = directory.resolve("err").toFile();
        Process process = command(args).redirectError(err).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(err.toPath()));
    }

    private void dockerfile(String text) throws IOException {
        Files.writeString(context.resolve("Dockerfile"), text);
    }

    private void busybox() throws IOException {
        Files.createDirectories(context.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), context.resolve("bin/busybox"));
        Files.createSymbolicLink(context.resolve("bin/sh"), Path.of("busybox"));
        Files.createSymbolicLink(context.resolve("bin/sleep"), Path.of("busybox"));
    }

    @Test
    void anImageIsBuiltNamedSavedAndLoaded() throws Exception {
        Files.writeString(context.resolve("hello"), "hello");
        dockerfile("FROM scratch\nCOPY hello /\nCMD [\"/hello\"]\n");
        Ended built = strata("build", "-t", "hello-world", "-t", "team/hello:2", ".");

        assertThat(built.code()).as(built.err()).isZero();
        assertThat(built.out()).matches("sha256:[0-9a-f]{64}\n");
        assertThat(built.err()).contains("#2 [stage-0 2/3] COPY hello /\n", "#2 DONE ");
        assertThat(strata("tag", "hello-world", "other:1").code()).isZero();
        assertThat(strata("images").out()).contains("hello-world", "team/hello", "other");

        Path archive = directory.resolve("hello.tar");
        assertThat(strata("save", "-o", archive.toString(), "hello-world").code())
                .isZero();
        assertThat(strata("build", "-q", ".").err()).isEmpty();
        store = "another";
        assertThat(strata("load", "-i", archive.toString()).out())
                .isEqualTo("Loaded image: docker.io/library/hello-world:latest\n");
    }

    @Test
    void theLongestNamesAreKeptAndFoundAgain() throws Exception {
        Files.writeString(context.resolve("hello"), "hello");
        dockerfile("FROM scratch\nCOPY hello /\n");
        String longest = "registry.example:5000/" + "a/".repeat(63) + "b".repeat(129) + ":" + "t".repeat(128);
        String parent = "registry.example:5000/" + "a/".repeat(62) + "a:1";
        Ended built = strata("build", "-t", longest, "-t", parent, ".");
        assertThat(built.code()).as(built.err()).isZero();

        assertThat(strata("images").out()).contains("b".repeat(129), "t".repeat(128), "a/a ");
        assertThat(strata("tag", longest, "short:1").code()).isZero();
        assertThat(strata("tag", parent, "short:2").code()).isZero();
    }

    @Test
    void wrongUseEndsWith2AndAFailedBuildWith1() throws Exception {
        dockerfile("FROM scratch\nCOPPY a b\nHEALTHCHECK NONE\n");

        assertThat(strata("build", "--squash", ".").code()).isEqualTo(2);
        assertThat(strata("build", "--provenance=true", ".").err()).startsWith("--provenance must be false");
        assertThat(strata("build", "--help").out()).contains("Builds an image from a Dockerfile.", "--build-arg");
        assertThat(strata("build", "--push", ".").err()).startsWith("--push needs a name");
        assertThat(strata("build", "--output", "type=oci,dest=x.tar", ".").err())
                .startsWith("--output needs a name");
        for (String option :
                List.of("--iidfile=none/file", "--metadata-file=none/file", "--output=type=oci,dest=none/file")) {
            Ended refused = strata("build", "-t", "a", option, ".");
            assertThat(refused.code()).isEqualTo(2);
            assertThat(refused.err()).contains(" none/file: its directory does not exist");
        }
        assertThat(strata("build", "@" + directory).code()).isEqualTo(1);
        Ended failed = strata("build", ".");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .contains(
                        "ERROR Dockerfile:2: unknown instruction: COPPY [DockerfileSyntaxError]",
                        ">>> 2 | COPPY a b",
                        "Try: did you mean COPY?",
                        "ERROR Dockerfile:3: HEALTHCHECK is not supported yet [UnsupportedInstruction]");
    }

    @Test
    void aBuildThatIsKilledLeavesNoProcessNoMountAndNothingAfterTheNextOne() throws Exception {
        busybox();
        dockerfile("FROM scratch\nCOPY bin /bin/\nRUN echo started && sleep 76543\n");
        Process build = untilStarted();
        assertThat(sleeping()).isTrue();
        build.destroyForcibly().waitFor();

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(sleeping()).isFalse());
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(directory.toString());
        assertThat(left("run")).hasSize(1);
        Files.createDirectories(directory.resolve("store/tmp/build123/git456/objects"));
        dockerfile("FROM scratch\nCOPY bin /bin/\nRUN true\n");
        Ended next = strata("build", ".");
        assertThat(next.code()).as(next.err()).isZero();
        for (String name : List.of("active", "run", "tmp")) {
            assertThat(left(name)).as(name).isEmpty();
        }
    }

    @Test
    void twoBuildsOnOneStoreDoNotDisturbEachOther() throws Exception {
        busybox();
        dockerfile("FROM scratch\nCOPY bin /bin/\nRUN echo started && sleep 20 && echo done > /done\n");
        Process first = untilStarted();
        List<Path> used = left("run");
        dockerfile("FROM scratch\nCOPY bin /bin/\nRUN true\n");
        Ended second = strata("build", ".");

        assertThat(second.code()).as(second.err()).isZero();
        assertThat(first.isAlive()).isTrue();
        assertThat(left("run")).isEqualTo(used).hasSize(1);
        assertThat(first.waitFor()).isZero();
        assertThat(left("run")).isEmpty();
    }

    @Test
    void aNameWhoseImageCannotBeReadIsAWarning() throws Exception {
        Files.writeString(context.resolve("hello"), "hello");
        dockerfile("FROM scratch\nCOPY hello /\n");
        assertThat(strata("build", "-t", "good:1", ".").code()).isZero();
        Path bad = Files.createDirectories(directory.resolve("store/names/docker.io/library/bad"));
        Files.writeString(bad.resolve(":1"), "no JSON");

        Ended images = strata("images");

        assertThat(images.code()).isZero();
        assertThat(images.out()).contains("good").doesNotContain("bad");
        assertThat(images.err())
                .startsWith("WARNING the image docker.io/library/bad:1 of the store cannot be read [StoreInvalid]");
    }

    /// Starts a build and waits until its RUN prints `started`.
    private Process untilStarted() throws IOException {
        File out = directory.resolve("first").toFile();
        Process build = command("build", ".")
                .redirectErrorStream(true)
                .redirectOutput(out)
                .start();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(Files.readString(out.toPath())).containsPattern("(?m) started$"));
        return build;
    }

    /// What is in a directory of the store.
    private List<Path> left(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("store").resolve(name))) {
            return files.toList();
        }
    }

    private static boolean sleeping() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .anyMatch(path -> commandLine(path.resolve("cmdline")).equals("sleep\00076543\0"));
        }
    }

    private static String commandLine(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException ended) {
            return "";
        }
    }
}
