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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/// A person at a terminal: applies manifests with kubectl, waits, and looks at what came of them.
///
/// System properties say where: `strata.bin` is the directory with kubectl, `strata.kubeconfig` the cluster,
/// `strata.repository` the root of the project's files.
public final class ClusterUser {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(300);
    private static final int COMMAND_SECONDS = 120;

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

    /// `kubectl apply -f -` in the user's namespace.
    public CommandResult apply(String yaml) {
        return execute(yaml, List.of("apply", "-f", "-"));
    }

    /// `kubectl create -f -` in the user's namespace: as apply, without its limit for annotations.
    public CommandResult create(String yaml) {
        return execute(yaml, List.of("create", "-f", "-"));
    }

    /// `kubectl apply -f` of a file of the repository.
    public CommandResult applyFile(String file) {
        return run("apply", "-f", Path.of(setting("strata.repository"), file).toString());
    }

    /// `kubectl -n NAMESPACE ARGS`.
    public CommandResult run(String... args) {
        return execute("", List.of(args));
    }

    /// Removes an ImageBuild of an earlier run, with its Jobs and pods, and applies this one.
    public void applyAnew(BuildManifest build) {
        run("delete", "imagebuild", build.name(), "--ignore-not-found", "--wait=true", "--cascade=foreground")
                .orFail();
        apply(build.json()).orFail();
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
        try {
            await().atMost(limit).pollInterval(POLL).until(() -> {
                CommandResult found = run("get", kind, name, "-o", "json");
                if (found.exitCode() != 0) {
                    return false;
                }
                last[0] = json(found.output());
                return condition.test(last[0]);
            });
        } catch (ConditionTimeoutException e) {
            String object = last[0] == null ? "there is none" : last[0].toPrettyString();
            throw new AssertionError(kind + "/" + name + " is not " + what + " after " + limit + ": " + object, e);
        }
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

    /// A condition in one line: `Ready=False SecretNotFound: there is no Secret ...`.
    public static String conditionLine(JsonNode object, String type) {
        JsonNode condition = condition(object, type);
        return type + "=" + condition.path("status").asText() + " "
                + condition.path("reason").asText() + ": "
                + condition.path("message").asText();
    }

    /// Log of the builder pod of a build that has ended.
    public String buildLog(JsonNode build, int number) {
        for (JsonNode run : build.path("status").path("history")) {
            if (run.path("number").asInt() == number) {
                return run("logs", "job/" + run.path("job").asText()).orFail();
            }
        }
        throw new AssertionError("no build " + number + " in " + build.path("status"));
    }

    /// Runs `image` in a Pod until it ends well, and returns its output.
    public String runPod(String name, String image, String pullSecret, String... command) {
        run("delete", "pod", name, "--ignore-not-found", "--wait=true").orFail();
        String words = command.length == 0 ? "" : "    command: " + JSON.valueToTree(command) + "\n";
        apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  restartPolicy: Never
                  automountServiceAccountToken: false
                  imagePullSecrets: [{name: %s}]
                  containers:
                  - name: main
                    image: %s
                """.formatted(name, pullSecret, image) + words).orFail();
        return podOutput(name);
    }

    /// What a Pod that is there has printed when it has ended well.
    public String podOutput(String name) {
        JsonNode pod = waitFor(
                "pod",
                name,
                Duration.ofMinutes(2),
                "ended",
                found -> List.of("Succeeded", "Failed")
                        .contains(found.path("status").path("phase").asText()));
        String output = run("logs", name).orFail();
        if (!pod.path("status").path("phase").asText().equals("Succeeded")) {
            throw new AssertionError("the Pod failed: " + output + pod.toPrettyString());
        }
        return output;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String setting(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new AssertionError("the system property " + name + " is missing; start with bash e2e/test.sh");
        }
        return value;
    }

    private CommandResult execute(String input, List<String> args) {
        var command = new ArrayList<>(List.of(
                Path.of(setting("strata.bin"), "kubectl").toString(),
                "--kubeconfig",
                setting("strata.kubeconfig"),
                "-n",
                namespace));
        command.addAll(args);
        try {
            Path directory = Files.createTempDirectory("kubectl");
            Path stdin = Files.writeString(directory.resolve("in"), input);
            Path output = directory.resolve("out");
            Path error = directory.resolve("err");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectInput(stdin.toFile())
                        .redirectOutput(output.toFile())
                        .redirectError(error.toFile())
                        .start();
                if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", command) + " did not end");
                }
                return new CommandResult(process.exitValue(), Files.readString(output), Files.readString(error));
            } finally {
                for (Path file : List.of(stdin, output, error, directory)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
