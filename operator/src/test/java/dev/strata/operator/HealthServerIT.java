/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class HealthServerIT {
    private static final int MANY = 1000;

    @Test
    void requestsThatNeverEndTakeNeitherThePlaceOfOthersNorThreads() throws Exception {
        List<Socket> open = new ArrayList<>();
        try (var server = new HealthServer(0, () -> null, () -> null, () -> "");
                var client = HttpClient.newHttpClient()) {
            for (int i = 0; i < MANY; i++) {
                open.add(half(server.port()));
            }
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/livez"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> client.send(request, HttpResponse.BodyHandlers.ofString())
                                    .statusCode()
                            == 200);
            assertThat(open.stream().filter(HealthServerIT::isClosed)).hasSize(MANY);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static Socket half(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        try {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET /livez HTTP/1.1\r\nHost: ".getBytes(US_ASCII));
        } catch (IOException closedAtOnce) {
            return socket;
        }
        return socket;
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return !(e instanceof SocketTimeoutException);
        }
    }
}
