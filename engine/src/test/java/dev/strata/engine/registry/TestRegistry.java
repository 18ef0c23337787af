/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.content.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A real registry (CNCF Distribution) on a free loopback port, for tests. Its program is the file
/// that the system property `strata.test.registry` names, else it is compiled once from
/// `e2e/tools/registry`.
public final class TestRegistry implements AutoCloseable {
    /// The only user of a registry that was started with [#withLogin].
    public static final String USER = "builder";

    public static final String PASSWORD = "correct horse";

    private static final String HTPASSWD = USER + ":$2y$05$k2uV5xq0cWm1zT9sLrYbAeMIVdjB/Kp3l8.7NbcAqn.8zfXzC5M8K";
    private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:[0-9]+)");

    private final Process process;
    private final Path directory;
    private final String address;

    private TestRegistry(Process process, Path directory, String address) {
        this.process = process;
        this.directory = directory;
        this.address = address;
    }

    /// Anonymous, plain HTTP. Everything it writes is below `directory`.
    public static TestRegistry start(Path directory) {
        return start(directory, "", "", "");
    }

    /// Plain HTTP; basic authentication of [#USER] with [#PASSWORD].
    public static TestRegistry withLogin(Path directory) {
        return start(directory, "", login(directory), "");
    }

    /// As [#withLogin]; sends its clients to `base` for a blob's bytes.
    static TestRegistry redirecting(Path directory, String base) {
        return start(directory, "", login(directory), """
                middleware:
                  storage:
                    - name: redirect
                      options: {baseurl: "%s"}
                """.formatted(base));
    }

    /// Anonymous, TLS with the certificate and key in two PEM files.
    static TestRegistry withTls(Path directory, Path certificate, Path key) {
        return start(directory, "  tls: {certificate: %s, key: %s}".formatted(certificate, key), "", "");
    }

    /// Plain HTTP; takes the tokens of `server`.
    static TestRegistry withTokens(Path directory, TokenServer server) {
        return withTokens(directory, server, server.realm());
    }

    /// As above, but sends its clients to `realm`.
    static TestRegistry withTokens(Path directory, TokenServer server, String realm) {
        return start(
                directory,
                "",
                """
                auth:
                  token:
                    realm: %s
                    service: %s
                    issuer: %s
                    jwks: %s
                """.formatted(realm, TokenServer.SERVICE, TokenServer.ISSUER, server.keys(directory)),
                "");
    }

    /// `127.0.0.1:<port>`, the registry part of its images' names.
    public String address() {
        return address;
    }

    /// Everything it has logged, one line a request: `"PUT /v2/app/manifests/1 HTTP/1.1" 201`.
    public String log() {
        return read(directory.resolve("log"));
    }

    /// How many requests its log has that match a regular expression.
    public long requests(String pattern) {
        return Pattern.compile(pattern).matcher(log()).results().count();
    }

    /// The file of a blob's bytes in its storage.
    Path blob(Digest digest) {
        return directory
                .resolve("storage/docker/registry/v2/blobs/sha256")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex())
                .resolve("data");
    }

    /// Removes a blob's bytes, as the registry's garbage collector does: repositories still link to it.
    public void collect(Digest blob) throws IOException {
        Files.delete(blob(blob));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static String login(Path directory) {
        Path file = directory.resolve("htpasswd");
        write(file, HTPASSWD + "\n");
        return """
                auth:
                  htpasswd: {realm: test, path: %s}
                """.formatted(file);
    }

    private static TestRegistry start(Path directory, String tls, String auth, String middleware) {
        Path config = directory.resolve("config.yml");
        write(config, """
                version: 0.1
                log: {level: info}
                storage:
                  filesystem: {rootdirectory: %s}
                http:
                  addr: 127.0.0.1:0
                  secret: of-this-test
                %s
                %s
                %s
                """.formatted(directory.resolve("storage"), tls, auth, middleware));
        try {
            Process process = new ProcessBuilder(program().toString(), "serve", config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            return new TestRegistry(process, directory, awaitAddress(process, directory.resolve("log")));
        } catch (IOException e) {
            throw new UncheckedIOException("starting the test registry", e);
        }
    }

    private static String awaitAddress(Process process, Path log) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < end && process.isAlive()) {
            Matcher listening = LISTENING.matcher(read(log));
            if (listening.find()) {
                return listening.group(1);
            }
            try {
                process.waitFor(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        process.destroyForcibly();
        throw new AssertionError("the test registry did not start:\n" + read(log));
    }

    private static synchronized Path program() throws IOException {
        String given = System.getProperty("strata.test.registry");
        if (given != null) {
            return Path.of(given);
        }
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(root.resolve("e2e/tools/registry/go.mod"))) {
            root = root.getParent();
            if (root == null) {
                throw new AssertionError(
                        "no e2e/tools/registry/go.mod above " + Path.of("").toAbsolutePath());
            }
        }
        Path program = root.resolve("engine/target/test-registry/registry");
        if (!Files.isExecutable(program)) {
            compile(root.resolve("e2e/tools/registry"), program);
        }
        return program;
    }

    private static void compile(Path module, Path program) throws IOException {
        Files.createDirectories(program.getParent());
        Path log = program.resolveSibling("build.log");
        var builder = new ProcessBuilder("go", "build", "-o", program.toString(), "tool")
                .directory(module.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("CGO_ENABLED", "0");
        try {
            if (builder.start().waitFor() != 0) {
                throw new AssertionError("the test registry does not compile:\n" + read(log));
            }
        } catch (IOException e) {
            throw new AssertionError(
                    "the test registry needs Go 1.26 or later on the path, or -Dstrata.test.registry=PROGRAM", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the test registry was compiled");
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }
}
