/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.trust.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The HTTP clients of one [RegistryClient]: one without TLS, and one with, made when the first
/// https URL is met because a TLS context costs start-up time. HTTP/1.1, redirects never followed
/// by themselves.
final class Wire implements AutoCloseable {
    /// The slowest upload that is waited for, in bytes a second.
    private static final long SLOWEST_UPLOAD = 64 << 10;

    private final RegistrySettings settings;
    private final Object lock = new Object();
    private @Nullable HttpClient plain;
    private @Nullable HttpClient tls;
    private boolean closed;

    Wire(RegistrySettings settings) {
        this.settings = settings;
    }

    /// Sends one request. The body is to be read by [#bytes] or [#body].
    HttpResponse<InputStream> send(HttpRequest.Builder request, URI uri, long payload)
            throws IOException, InterruptedException {
        Duration timeout = settings.responseTimeout().plusSeconds(payload / SLOWEST_UPLOAD);
        return client(uri)
                .send(
                        request.uri(uri)
                                .timeout(timeout)
                                .header("User-Agent", "strata/0.1")
                                .build(),
                        BodyHandlers.ofInputStream());
    }

    /// The whole of a small body. Closes it.
    ///
    /// @throws IOException when it breaks, or is not there in time
    byte[] bytes(HttpResponse<InputStream> response, int limit) throws IOException {
        try (var body = StallWatch.whole(response.body(), settings.responseTimeout())) {
            return body.readNBytes(limit);
        }
    }

    /// The body as it comes. The caller closes it. Reading it fails when it stalls.
    InputStream body(HttpResponse<InputStream> response) {
        return StallWatch.flowing(response.body(), settings.responseTimeout());
    }

    /// Ends every connection. An open client would delay the end of the process by 300 ms.
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            close(plain);
            close(tls);
        }
    }

    private static void close(@Nullable HttpClient client) {
        if (client != null) {
            client.shutdownNow();
            client.close();
        }
    }

    private HttpClient client(URI uri) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the registry client is closed");
            }
            if (uri.getScheme().equalsIgnoreCase("https")) {
                tls = tls == null ? tlsClient() : tls;
                return tls;
            }
            plain = plain == null ? builder().build() : plain;
            return plain;
        }
    }

    private HttpClient tlsClient() {
        Path bundle = settings.caBundle();
        return bundle == null
                ? builder().build()
                : builder().sslContext(trusting(bundle)).build();
    }

    private HttpClient.Builder builder() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout());
    }

    private static SSLContext trusting(Path bundle) {
        try {
            return Trust.first(Files.readString(bundle)).context();
        } catch (IOException | GeneralSecurityException e) {
            throw new RegistryException(
                    Problem.of(
                            ProblemCode.InvalidArgument,
                            "the CA bundle " + bundle + " cannot be read",
                            ErrorText.cleaned(String.valueOf(e.getMessage())),
                            "give a file of PEM certificates"),
                    e);
        }
    }
}
