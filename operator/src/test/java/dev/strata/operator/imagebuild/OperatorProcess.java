/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.operator.OperatorMain;
import dev.strata.operator.apiserver.ApiServer;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/// The operator in a process of its own, started as its image starts it, against the API server of a test.
final class OperatorProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    private OperatorProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// The kinds, the operator's namespace and the namespace `team`.
    static void prepare(ApiServer server) throws IOException {
        server.installCrds();
        for (String name : List.of("strata-system", "team")) {
            server.client()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    static OperatorProcess start(ApiServer server, Path log) throws IOException {
        int port = ApiServer.freePort();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(options());
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                OperatorMain.class.getName()));
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(server.environment());
        builder.environment()
                .putAll(Map.of(
                        "STRATA_NAMESPACE", "strata-system",
                        "STRATA_POD_NAME", "strata-operator-test",
                        "STRATA_BUILDER_IMAGE", "local/strata-builder:1",
                        "STRATA_REGISTRY_IMAGE", "local/strata-registry:1",
                        "STRATA_HTTP_PORT", String.valueOf(port)));
        return new OperatorProcess(
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start(), port);
    }

    /// What the image starts the program with.
    private static List<String> options() throws IOException {
        var set = Pattern.compile("STRATA_JAVA_OPTIONS=\"(.*)\"")
                .matcher(Files.readString(Path.of("../images/operator/Dockerfile")));
        return set.find() ? Arrays.asList(Objects.requireNonNull(set.group(1)).split(" ", -1)) : List.of();
    }

    boolean alive() {
        return process.isAlive();
    }

    boolean ready() throws InterruptedException {
        var ask = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    long residentMib() throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
