/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A registry that sends one byte after the other, each within the limit of a single read, and never ends.
@Timeout(60)
class SlowAnswersIT {
    private static final RegistrySettings SETTINGS =
            new RegistrySettings(Credentials.none(), null, Duration.ofSeconds(5), Duration.ofSeconds(1), 2, true);

    @TempDir
    Path directory;

    private final CountDownLatch over = new CountDownLatch(1);
    private HttpServer server;
    private RegistryClient client;
    private ImageReference name;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
        client = new RegistryClient(SETTINGS);
        name = ImageReference.parse("127.0.0.1:" + server.getAddress().getPort() + "/team/app:1");
    }

    @AfterEach
    void stop() {
        over.countDown();
        client.close();
        server.stop(0);
    }

    private void drip(HttpExchange exchange) {
        try (exchange) {
            exchange.sendResponseHeaders(200, 1 << 20);
            OutputStream out = exchange.getResponseBody();
            do {
                out.write(' ');
                out.flush();
            } while (!over.await(100, TimeUnit.MILLISECONDS));
        } catch (IOException | InterruptedException _) {
            // The client has given up.
            return;
        }
    }

    private void isUnreachable(Runnable action) {
        RegistryException refused = catchThrowableOfType(RegistryException.class, action::run);
        assertThat(refused.problem().code()).isEqualTo(ProblemCode.RegistryUnreachable);
        assertThat(refused.problem().why()).startsWith("the answer came too slowly");
    }

    @Test
    void aManifestIsGivenUp() {
        server.createContext("/", this::drip);

        isUnreachable(() -> client.manifest(name));
    }

    @Test
    void aTokenIsGivenUp() {
        server.createContext("/token", this::drip);
        server.createContext("/v2/", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders()
                        .add(
                                "WWW-Authenticate",
                                "Bearer realm=\"http://127.0.0.1:"
                                        + server.getAddress().getPort() + "/token\",service=\"x\"");
                exchange.sendResponseHeaders(401, -1);
            }
        });

        isUnreachable(() -> client.manifest(name));
    }

    @Test
    void aBlobIsGivenUp() throws IOException {
        server.createContext("/", this::drip);
        BlobStore store = BlobStore.open(directory);
        Descriptor blob = Descriptor.of(MediaTypes.OCI_LAYER_GZIP, new byte[1 << 20]);

        isUnreachable(() -> client.fetchBlob(name, blob, store));
    }
}
