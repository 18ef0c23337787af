/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// In a process of its own: the JDK's server reads its limits once.
class HealthServerIT {
    private static final int MANY = 500;

    private Process process;
    private int port;

    /// Prints the port, and ends with its standard input.
    static final class Served {
        private Served() {}

        public static void main(String[] args) throws IOException {
            try (var server = new HealthServer(0, () -> null, () -> null, () -> "")) {
                System.out.println(server.port());
                while (System.in.read() >= 0) {}
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Served.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        port = Integer.parseInt(Objects.requireNonNull(out.readLine(), "no port"));
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
    }

    @Test
    void requestsThatNeverEndKeepNoPlace() throws Exception {
        List<Socket> open = new ArrayList<>();
        try (var client = HttpClient.newHttpClient()) {
            for (int i = 0; i < MANY; i++) {
                open.add(half());
            }
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/livez"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> client.send(request, HttpResponse.BodyHandlers.ofString())
                                    .statusCode()
                            == 200);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(open).allMatch(HealthServerIT::isClosed));
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private Socket half() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10);
        try {
            socket.getOutputStream().write("GET /livez HTTP/1.1\r\nHost: ".getBytes(US_ASCII));
        } catch (IOException closedAtOnce) {
            return socket;
        }
        return socket;
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
