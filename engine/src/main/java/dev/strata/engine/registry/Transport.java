/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.content.Digest;
import dev.strata.engine.problem.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sends calls with authorization, redirects and retries. Thread-safe.
final class Transport implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;

    private final Wire wire;
    private final Authorizer authorizer;
    private final int attempts;

    Transport(RegistrySettings settings) {
        this.wire = new Wire(settings);
        this.authorizer = new Authorizer(settings.credentials(), wire);
        this.attempts = settings.attempts();
    }

    /// A small answer, whole. `body` is never longer than the limit that was asked for, plus one
    /// byte.
    @SuppressWarnings("ArrayRecordComponent") // lives for one call, is never compared
    record Answer(int status, HttpHeaders headers, byte[] body) {
        Optional<String> header(String name) {
            return headers.firstValue(name);
        }

        /// The digest that the registry says a manifest has; empty when it says none.
        Optional<Digest> digest() {
            return header("Docker-Content-Digest").flatMap(text -> {
                try {
                    return Optional.of(Digest.parse(text));
                } catch (IllegalArgumentException _) {
                    return Optional.empty();
                }
            });
        }

        RegistryException refusal(Call call) {
            return RegistryException.refused(call, status, ErrorText.of(body));
        }
    }

    /// Asks until there is an answer other than 429 and 5xx.
    ///
    /// @param limit bytes of the body that are wanted
    Answer ask(Call call, int limit) {
        Retries retries = retries();
        while (true) {
            try {
                return askOnce(call, limit);
            } catch (IOException e) {
                retries.failed(call, e);
            }
        }
    }

    /// Asks once.
    ///
    /// @throws IOException for a broken connection, 429 or 5xx: worth another try
    Answer askOnce(Call call, int limit) throws IOException {
        HttpResponse<InputStream> response = open(call);
        byte[] body = wire.bytes(response, limit + 1);
        return new Answer(response.statusCode(), response.headers(), body);
    }

    /// Sends once and leaves the body to be read with [#body].
    ///
    /// @throws IOException for a broken connection, 429 or 5xx: worth another try
    /// @throws RegistryException when the registry does not let us
    HttpResponse<InputStream> open(Call call) throws IOException {
        try {
            HttpResponse<InputStream> response = authorized(call);
            for (int hops = 0; isRedirect(call, response); hops++) {
                response.body().close();
                if (hops == MOST_REDIRECTS) {
                    throw RegistryException.refused(call, response.statusCode(), "too many redirects");
                }
                URI next = location(call, response);
                // Another host gets no credentials; this one may ask for them again.
                response = call.access().endpoint().owns(next) ? authorized(call.to(next)) : send(call.to(next), null);
            }
            if (response.statusCode() == 429 || response.statusCode() >= 500) {
                throwIfBusy(response, wire.bytes(response, ErrorText.READ_LIMIT));
            }
            return response;
        } catch (InterruptedException e) {
            throw RegistryException.interrupted(call, e);
        }
    }

    InputStream body(HttpResponse<InputStream> response) {
        return wire.body(response);
    }

    byte[] errorBody(HttpResponse<InputStream> response) throws IOException {
        return wire.bytes(response, ErrorText.READ_LIMIT);
    }

    Retries retries() {
        return new Retries(attempts);
    }

    @Override
    public void close() {
        wire.close();
    }

    static void throwIfBusy(HttpResponse<?> response, byte[] body) throws BusyException {
        if (response.statusCode() == 429 || response.statusCode() >= 500) {
            throw new BusyException(
                    response.statusCode(),
                    ErrorText.of(body),
                    response.headers()
                            .firstValue("Retry-After")
                            .flatMap(value -> Retries.retryAfter(value, Instant.now()))
                            .orElse(null));
        }
    }

    /// The URL that an answer points to, relative ones resolved.
    static URI location(Call call, HttpHeaders headers) {
        String text = headers.firstValue("Location").orElse("");
        try {
            URI next = call.uri().resolve(text);
            if (!text.isEmpty() && call.access().endpoint().mayPointTo(next)) {
                return next;
            }
        } catch (IllegalArgumentException _) {
            // Not a URL at all: the same refusal.
        }
        throw RegistryException.of(
                ProblemCode.RegistryError,
                "cannot " + call.access().intent().verb() + " " + call.access().name() + ": " + call.shown()
                        + " points to no usable URL",
                "its Location is " + (text.isEmpty() ? "missing" : "not a URL, or leaves https"),
                "set the registry's external URL to the one that its clients use");
    }

    private static URI location(Call call, HttpResponse<?> response) {
        return location(call.to(response.uri()), response.headers());
    }

    private HttpResponse<InputStream> authorized(Call call) throws IOException, InterruptedException {
        if (!call.access().endpoint().owns(call.uri())) {
            return send(call, null);
        }
        String header = authorizer.header(call.access()).orElse(null);
        HttpResponse<InputStream> response = send(call, header);
        Optional<Challenge> challenge = response.statusCode() == 401
                ? Challenge.choose(response.headers().allValues("WWW-Authenticate"))
                : Optional.empty();
        if (challenge.isPresent()) {
            Optional<String> better = authorizer.answer(call.access(), challenge.get(), header);
            if (better.isPresent()) {
                response.body().close();
                response = send(call, better.get());
            }
        }
        if (response.statusCode() == 401 || response.statusCode() == 403) {
            throw RegistryException.refused(call, response.statusCode(), ErrorText.of(errorBody(response)));
        }
        return response;
    }

    private HttpResponse<InputStream> send(Call call, @Nullable String authorization)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder().method(call.method(), call.payload().publisher());
        call.headers().forEach(request::header);
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return wire.send(request, call.uri(), call.payload().length());
    }

    private static boolean isRedirect(Call call, HttpResponse<?> response) {
        return switch (response.statusCode()) {
            case 301, 302, 303, 307, 308 ->
                call.method().equals("GET") || call.method().equals("HEAD");
            default -> false;
        };
    }
}
