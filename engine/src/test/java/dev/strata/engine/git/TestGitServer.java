/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A web server in front of git's own `http-backend`, which asks for a login; and one that only redirects.
final class TestGitServer implements AutoCloseable {
    static final GitCredentials.Login LOGIN = new GitCredentials.Login("reader", "a password & more");

    private final HttpServer server;
    private final String scheme;

    private TestGitServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /// Serves the repositories below `root`.
    ///
    /// @param pki directory with `server.crt` and `server.key`
    static TestGitServer https(Path root, Path pki) throws IOException, GeneralSecurityException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(pki)));
        server.createContext("/", exchange -> backend(root, exchange));
        return new TestGitServer(server, "https");
    }

    static TestGitServer redirectingTo(String address) throws IOException {
        return http(exchange -> {
            exchange.getResponseHeaders().set("Location", address + exchange.getRequestURI());
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
    }

    /// Answers a look-up of refs with lines that do not end.
    static TestGitServer endless() throws IOException {
        return http(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/x-git-upload-pack-advertisement");
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                body.write("001e# service=git-upload-pack\n0000".getBytes(StandardCharsets.US_ASCII));
                for (long number = 0; ; number++) {
                    String line = "%040x refs/heads/%016d\n".formatted(number, number);
                    body.write("%04x%s".formatted(line.length() + 4, line).getBytes(StandardCharsets.US_ASCII));
                }
            }
        });
    }

    private static TestGitServer http(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(loopback(), 0);
        server.createContext("/", handler);
        return new TestGitServer(server, "http");
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    String address() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort();
    }

    private static void backend(Path root, HttpExchange exchange) throws IOException {
        try (exchange) {
            String basic = "Basic "
                    + Base64.getEncoder()
                            .encodeToString(
                                    (LOGIN.username() + ":" + LOGIN.password()).getBytes(StandardCharsets.UTF_8));
            @Nullable String shown = exchange.getRequestHeaders().getFirst("Authorization");
            if (!basic.equals(shown)) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=git");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            var builder = new ProcessBuilder("git", "http-backend");
            Map<String, String> cgi = builder.environment();
            cgi.put("GIT_PROJECT_ROOT", root.toString());
            cgi.put("GIT_HTTP_EXPORT_ALL", "1");
            cgi.put("REQUEST_METHOD", exchange.getRequestMethod());
            cgi.put("PATH_INFO", exchange.getRequestURI().getPath());
            cgi.put("QUERY_STRING", String.valueOf(exchange.getRequestURI().getQuery()));
            cgi.put("CONTENT_TYPE", String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")));
            cgi.put(
                    "HTTP_CONTENT_ENCODING",
                    String.valueOf(exchange.getRequestHeaders().getFirst("Content-Encoding")));
            String protocol = exchange.getRequestHeaders().getFirst("Git-Protocol");
            if (protocol != null) {
                cgi.put("GIT_PROTOCOL", protocol);
            }
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (var in = process.getOutputStream()) {
                exchange.getRequestBody().transferTo(in);
            }
            answer(exchange, new BufferedInputStream(process.getInputStream()));
        }
    }

    /// A CGI program's answer: headers, an empty line, the body (RFC 3875, section 6).
    private static void answer(HttpExchange exchange, InputStream output) throws IOException {
        int status = 200;
        for (String line = line(output); !line.isEmpty(); line = line(output)) {
            String[] parts = line.split(": ", 2);
            if (parts[0].equals("Status")) {
                status = Integer.parseInt(parts[1].substring(0, 3));
            } else {
                exchange.getResponseHeaders().set(parts[0], parts[1]);
            }
        }
        exchange.sendResponseHeaders(status, 0);
        output.transferTo(exchange.getResponseBody());
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n' && c >= 0; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private static SSLContext context(Path pki) throws IOException, GeneralSecurityException {
        String pem = Files.readString(pki.resolve("server.key")).replaceAll("-----[A-Z ]+-----", "");
        PrivateKey key = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
        Certificate certificate;
        try (var in = Files.newInputStream(pki.resolve("server.crt"))) {
            certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key, new char[0], new Certificate[] {certificate});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
