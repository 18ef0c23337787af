/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.actors;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A person at a terminal: applies manifests with kubectl, waits, and looks at what came of them.
///
/// The command is the system property `strata.kubectl` (words separated by blanks), by default the
/// project's own cluster.
public final class ClusterUser {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int COMMAND_SECONDS = 120;

    private final List<String> kubectl = List.of(System.getProperty("strata.kubectl", "bash ../e2e/cluster.sh kubectl")
            .split(" "));
    private final String namespace;

    private ClusterUser(String namespace) {
        this.namespace = namespace;
    }

    /// A user who works in a namespace that is there already.
    public static ClusterUser in(String namespace) {
        return new ClusterUser(namespace);
    }

    /// A user with a new namespace under Pod Security `level` (policy version latest).
    public static ClusterUser withNamespace(String namespace, String level) {
        var user = new ClusterUser(namespace);
        user.run("delete", "namespace", namespace, "--ignore-not-found", "--wait=true")
                .orFail();
        user.apply("""
                apiVersion: v1
                kind: Namespace
                metadata:
                  name: %s
                  labels:
                    pod-security.kubernetes.io/enforce: %s
                    pod-security.kubernetes.io/enforce-version: latest
                """.formatted(namespace, level)).orFail();
        return user;
    }

    public String namespace() {
        return namespace;
    }

    /// `kubectl apply -f -` in the user's namespace.
    public CommandResult apply(String yaml) {
        return execute(yaml, List.of("apply", "-f", "-"));
    }

    /// `kubectl apply -f` of a file of the repository, in the user's namespace.
    public CommandResult applyFile(String file) {
        try {
            return apply(Files.readString(Path.of("..").resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// `kubectl -n NAMESPACE ARGS`.
    public CommandResult run(String... args) {
        return execute("", List.of(args));
    }

    /// An object as JSON.
    public JsonNode get(String kind, String name) {
        return json(run("get", kind, name, "-o", "json").orFail());
    }

    /// The items of a kind that a label selects.
    public List<JsonNode> list(String kind, String selector) {
        var items = new ArrayList<JsonNode>();
        json(run("get", kind, "-l", selector, "-o", "json").orFail())
                .path("items")
                .forEach(items::add);
        return items;
    }

    /// Waits until the object satisfies `condition`; the failure shows the object as it was last.
    public JsonNode waitFor(String kind, String name, Duration limit, String what, Predicate<JsonNode> condition) {
        var last = new JsonNode[1];
        await(kind + "/" + name + " " + what)
                .atMost(limit)
                .pollInterval(POLL)
                .conditionEvaluationListener(seen -> {
                    if (seen.getRemainingTimeInMS() <= 0) {
                        throw new AssertionError("still not " + what + ": " + last[0]);
                    }
                })
                .until(() -> {
                    CommandResult found = run("get", kind, name, "-o", "json");
                    if (found.exitCode() != 0) {
                        return false;
                    }
                    last[0] = json(found.output());
                    return condition.test(last[0]);
                });
        return last[0];
    }

    /// Waits until the ImageBuild's condition has this status for its current generation.
    public JsonNode waitForBuild(String name, String type, String status, Duration limit) {
        return waitFor("imagebuild", name, limit, type + "=" + status, build -> {
            JsonNode condition = condition(build, type);
            return condition.path("status").asText().equals(status)
                    && condition.path("observedGeneration").asLong()
                            == build.path("metadata").path("generation").asLong();
        });
    }

    /// A condition of an object's status; a missing node when it has none of that type.
    public static JsonNode condition(JsonNode object, String type) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return object.path("status").path("no such condition");
    }

    /// Runs `image` in a Pod until it ends, and returns its output.
    public String runPod(String name, String image, String pullSecret, String... command) {
        run("delete", "pod", name, "--ignore-not-found", "--wait=true").orFail();
        String words = command.length == 0 ? "" : "    command: [" + String.join(", ", quoted(command)) + "]\n";
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  restartPolicy: Never
                  imagePullSecrets: [{name: %s}]
                  containers:
                  - name: main
                    image: %s
                """.formatted(name, pullSecret, image) + words).orFail();
        waitFor("pod", name, Duration.ofMinutes(2), "ended", pod -> {
            String phase = pod.path("status").path("phase").asText();
            return phase.equals("Succeeded") || phase.equals("Failed");
        });
        return run("logs", name).orFail();
    }

    private static List<String> quoted(String[] words) {
        var all = new ArrayList<String>();
        for (String word : words) {
            try {
                all.add(JSON.writeValueAsString(word));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CommandResult execute(String input, List<String> args) {
        var command = new ArrayList<>(kubectl);
        command.add("-n");
        command.add(namespace);
        command.addAll(args);
        try {
            Path error = Files.createTempFile("kubectl", ".err");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectError(error.toFile())
                        .start();
                try (var stdin = process.getOutputStream()) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                }
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", command) + " did not end");
                }
                return new CommandResult(process.exitValue(), output, Files.readString(error));
            } finally {
                Files.deleteIfExists(error);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
