/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.e2e.actors.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Strata and BuildKit as commands, on the registry that `e2e/differential.sh` has started.
final class Programs {
    private static final int MINUTES = 3;

    private final Path state = Path.of(property("strata.differential.state"));
    private final String strata = property("strata.differential.strata");
    private final String buildctl = property("strata.bin") + "/buildctl";

    /// Where a case's files go.
    Path work(Case one) {
        return state.resolve("work").resolve(one.group()).resolve(one.name());
    }

    Outcome strata(Case one, Path context) throws IOException {
        Path archive = work(one).resolve("strata.tar");
        String pid = Files.readString(state.resolve("pid")).strip();
        var words = new ArrayList<>(List.of("nsenter", "-t", pid, "-n", strata, "--root", state + "/store", "build"));
        words.addAll(List.of("--no-cache", "--progress", "plain", "-t", "localhost:5000/case"));
        words.addAll(List.of("--output", "type=oci,dest=" + archive));
        words.addAll(one.args());
        words.add(context.toString());
        return outcome(run(work(one), words), archive);
    }

    Outcome buildkit(Case one, Path context) throws IOException {
        Path archive = work(one).resolve("buildkit.tar");
        // BuildKit keeps the last context, and takes a file of the same name, size and time for the same one.
        run(work(one), buildctl("prune", "--filter", "type==source.local")).orFail();
        var words = new ArrayList<>(buildctl("build", "--frontend", "dockerfile.v0"));
        words.addAll(List.of("--no-cache", "--progress", "plain", "--output", "type=oci,dest=" + archive));
        words.addAll(List.of("--local", "context=" + context, "--local", "dockerfile=" + context));
        List<String> args = one.args();
        for (int i = 0; i < args.size(); i += 2) {
            words.add("--opt");
            words.add(args.get(i).equals("--build-arg") ? "build-arg:" + args.get(i + 1) : "target=" + args.get(i + 1));
        }
        return outcome(run(work(one), words), archive);
    }

    private List<String> buildctl(String... words) {
        var all = new ArrayList<>(List.of(buildctl, "--addr", "unix://" + state + "/buildkitd.sock"));
        all.addAll(List.of(words));
        return all;
    }

    private static Outcome outcome(CommandResult result, Path archive) throws IOException {
        return result.exitCode() == 0
                ? new Outcome.Built(OciArchive.read(archive))
                : new Outcome.Refused(result.error());
    }

    static CommandResult run(Path directory, List<String> words) throws IOException {
        Path out = Files.createTempFile(directory.getParent(), "out", "");
        Path err = Files.createTempFile(directory.getParent(), "err", "");
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(words + " has not ended after " + MINUTES + " minutes");
            }
            return new CommandResult(process.exitValue(), text(out), text(err));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), UTF_8);
    }

    static String property(String name) {
        @Nullable String value = System.getProperty(name);
        if (value == null) {
            throw new AssertionError("-D" + name + " is missing: start this with bash e2e/differential.sh");
        }
        return value;
    }
}
