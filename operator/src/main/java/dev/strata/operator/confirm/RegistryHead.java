/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.confirm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.trust.Trust;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Asks a registry whether it has a manifest, within 10 s, following no redirect. What it answers is
/// never shown.
public final class RegistryHead {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_TOKEN = 64 * 1024;
    private static final String ACCEPT = String.join(
            ", ",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.distribution.manifest.list.v2+json");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String registry;
    private final String repository;
    private final @Nullable String dockerConfig;
    private final @Nullable String authority;
    private final Reach reach;

    /// @param image `registry[:port]/repository`
    /// @param dockerConfig text of a `.dockerconfigjson`; null for none
    /// @param authority the only certificate authority to trust, as PEM; null for the system's
    public RegistryHead(String image, @Nullable String dockerConfig, @Nullable String authority, Reach reach) {
        int slash = image.indexOf('/');
        this.registry = image.substring(0, slash);
        this.repository = image.substring(slash + 1);
        this.dockerConfig = dockerConfig;
        this.authority = authority;
        this.reach = reach;
    }

    /// Returns when the registry has the manifest.
    ///
    /// @param digest `sha256:...`
    /// @throws StrataException `ImageNotFound`, `PullUnauthorized`, `RegistryError`, `RegistryUnreachable` or
    /// `CredentialsInvalid`
    public void confirm(String digest) {
        Login login = dockerConfig == null ? null : Login.find(dockerConfig, registry, repository);
        int status = within(digest, () -> status(digest, login));
        switch (status) {
            case HttpURLConnection.HTTP_OK -> {}
            case HttpURLConnection.HTTP_NOT_FOUND ->
                throw failed(
                        ProblemCode.ImageNotFound,
                        "the registry " + registry + " does not have " + repository + "@" + digest,
                        "look whether something deletes images there",
                        null);
            case HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN ->
                throw failed(
                        ProblemCode.PullUnauthorized,
                        "the registry " + registry + " does not let the push credentials see " + repository,
                        "give the user of the push Secret the right to pull",
                        null);
            default ->
                throw failed(
                        ProblemCode.RegistryError,
                        "the registry " + registry + " answered with status " + status,
                        "look at the registry's log",
                        null);
        }
    }

    private int within(String digest, Callable<Integer> question) {
        var task = new FutureTask<>(question);
        Thread.ofVirtual().name("confirm " + digest).start(task);
        try {
            return task.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw unreachable("the question was interrupted", e);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw unreachable("no answer within " + LIMIT.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw unreachable(reason(e.getCause()), e);
        }
    }

    /// In our words: a message may hold what the server sent.
    private static String reason(@Nullable Throwable cause) {
        return switch (cause) {
            case UnknownHostException _ -> "its host has no address";
            case SSLException _ -> "its certificate is not trusted";
            case ConnectException _ -> "no connection";
            case RefusedException refused -> String.valueOf(refused.getMessage());
            case null, default -> "no answer";
        };
    }

    private int status(String digest, @Nullable Login login)
            throws IOException, InterruptedException, GeneralSecurityException {
        HttpClient client = client();
        try {
            URI address = Address.manifest(registry, repository, digest, reach);
            HttpResponse<Void> first = head(client, address, null);
            Challenge challenge = Challenge.of(first.headers().allValues("WWW-Authenticate"));
            if (first.statusCode() != HttpURLConnection.HTTP_UNAUTHORIZED || challenge == null) {
                return first.statusCode();
            }
            if (challenge.scheme().equals("basic")) {
                return login == null
                        ? first.statusCode()
                        : head(client, address, "Basic " + login.basic()).statusCode();
            }
            String token = token(client, challenge.tokenAddress(repository, address), login);
            return token == null
                    ? first.statusCode()
                    : head(client, address, "Bearer " + token).statusCode();
        } finally {
            client.shutdownNow();
        }
    }

    private HttpClient client() throws IOException, GeneralSecurityException {
        var builder = HttpClient.newBuilder()
                .connectTimeout(LIMIT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1);
        return authority == null
                ? builder.build()
                : builder.sslContext(Trust.only(authority).context()).build();
    }

    private static HttpResponse<Void> head(HttpClient client, URI address, @Nullable String authorization)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).HEAD().timeout(LIMIT).header("Accept", ACCEPT);
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), BodyHandlers.discarding());
    }

    private static @Nullable String token(HttpClient client, URI address, @Nullable Login login)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(LIMIT);
        if (login != null) {
            request.header("Authorization", "Basic " + login.basic());
        }
        HttpResponse<byte[]> answer =
                client.send(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_TOKEN));
        if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
            return null;
        }
        JsonNode body = JSON.readTree(answer.body());
        String token = body.path("token").asText(body.path("access_token").asText(""));
        return token.matches("[A-Za-z0-9._~+/=-]+") ? token : null;
    }

    private StrataException unreachable(String why, Throwable cause) {
        return failed(
                ProblemCode.RegistryUnreachable,
                "the registry " + registry + " cannot be asked for the image: " + why,
                "check the registry and the network policies of the operator",
                cause);
    }

    private static StrataException failed(ProblemCode code, String what, String advice, @Nullable Throwable cause) {
        return new StrataException(Problem.of(code, what, "", advice), cause);
    }
}
