/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.image.History;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.ImageConfig;
import dev.strata.engine.image.Index;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.trust.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryClientIT {
    private static final Platform AMD64 = new Platform("linux", "amd64", null);
    private static final Platform ARM64 = new Platform("linux", "arm64", "v8");
    private static final int BIG = 8 << 20;

    @TempDir
    Path directory;

    private BlobStore store;

    @BeforeEach
    void openStore() throws IOException {
        store = BlobStore.open(directory.resolve("store"));
    }

    @Test
    void anImageComesBackAsItWasPushed() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            Descriptor pushed = push(client, name, AMD64, random(1000));

            BlobStore other = BlobStore.open(directory.resolve("other"));
            Image image = client.resolve(name, AMD64, other);
            assertThat(image.descriptor().digest()).isEqualTo(pushed.digest());
            assertThat(image.config().platform()).isEqualTo(AMD64);
            Descriptor layer = image.manifest().layers().getFirst();
            assertThat(other.has(layer.digest())).isFalse();
            client.fetchBlob(name, layer, other);
            assertThat(other.bytes(layer.digest())).isEqualTo(store.bytes(layer.digest()));
        }
    }

    @Test
    void whatIsNotThereIsEmptyOrNotFound() {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/none:1");
            assertThat(client.manifest(name)).isEmpty();
            assertThat(client.hasBlob(name, Digest.of("nothing"))).isFalse();
            assertFails(ProblemCode.ImageNotFound, () -> client.resolve(name, AMD64, store));
        }
    }

    @Test
    void anIndexLeadsToThePlatformsImage() {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/multi:1");
            Descriptor amd64 = push(client, name.withTag("amd64"), AMD64, random(10));
            Descriptor arm64 = push(client, name.withTag("arm64"), ARM64, random(20));
            byte[] index = OciJson.bytes(new Index(
                    MediaTypes.OCI_INDEX, List.of(new Index.Entry(amd64, AMD64), new Index.Entry(arm64, ARM64))));
            client.pushManifest(name, MediaTypes.OCI_INDEX, index);

            assertThat(client.resolve(name, ARM64, store).descriptor().digest()).isEqualTo(arm64.digest());
            assertThatThrownBy(() -> client.resolve(name, new Platform("linux", "s390x", null), store))
                    .isInstanceOfSatisfying(
                            StrataException.class,
                            e -> assertThat(e.problem().render())
                                    .contains(
                                            "[ImageNotFound]",
                                            "there is none for linux/s390x",
                                            "linux/amd64, linux/arm64/v8"));
        }
    }

    @Test
    void aPasswordIsNeededAndSufficientWhereTheRegistryAsksForOne() throws IOException {
        try (var registry = TestRegistry.withLogin(directory.resolve("registry"));
                var known = client(login(registry.address(), TestRegistry.PASSWORD));
                var wrong = client(login(registry.address(), "guessed"));
                var nobody = anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            push(known, name, AMD64, random(100));
            assertFails(ProblemCode.PullUnauthorized, () -> nobody.manifest(name));
            assertFails(ProblemCode.PullUnauthorized, () -> wrong.manifest(name));
            assertFails(ProblemCode.PushUnauthorized, () -> wrong.hasBlob(name, Digest.of("nothing")));
            assertThatThrownBy(() -> push(wrong, name, AMD64, random(100)))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains(
                                            "[PushUnauthorized]",
                                            "answered 401",
                                            "Try: give credentials for " + registry.address())
                                    .doesNotContain("guessed"));
        }
    }

    @Test
    void tlsTrustsTheGivenAuthorityOnly() throws Exception {
        Path ca = TestCertificates.make(directory.resolve("pki"));
        try (var registry = TestRegistry.withTls(
                        directory.resolve("registry"),
                        directory.resolve("pki/server.crt"),
                        directory.resolve("pki/server.key"));
                var trusting = new RegistryClient(tls(ca));
                var strange = new RegistryClient(tls(null))) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            push(trusting, name, AMD64, random(100));
            assertThat(trusting.manifest(name)).isPresent();
            assertThatThrownBy(() -> strange.manifest(name))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains("[RegistryUnreachable]", "certification path", "as the CA bundle"));
        }
    }

    @Test
    void tokensAreFetchedPerRepositoryAndKept() throws Exception {
        try (var tokens = TokenServer.start();
                var registry = TestRegistry.withTokens(directory.resolve("registry"), tokens);
                var known = client(login(registry.address(), TestRegistry.PASSWORD));
                var nobody = anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/public/app:1");
            push(known, name, AMD64, random(100));
            assertThat(tokens.requests()).containsExactly("GET repository:public/app:pull,push");
            assertThat(nobody.manifest(name)).isPresent();
            assertThat(nobody.manifest(name)).isPresent();
            assertThat(tokens.requests()).hasSize(2).last().isEqualTo("GET repository:public/app:pull");
            assertFails(ProblemCode.PushUnauthorized, () -> push(nobody, name, AMD64, random(200)));
            ImageReference secret = ImageReference.parse(registry.address() + "/secret/app:1");
            assertFails(ProblemCode.PullUnauthorized, () -> nobody.manifest(secret));
            assertThat(known.manifest(secret)).isEmpty();
        }
    }

    @Test
    void aRefreshTokenIsExchangedByPost() throws Exception {
        try (var tokens = TokenServer.start();
                var registry = TestRegistry.withTokens(directory.resolve("registry"), tokens);
                var good = client(identity(registry.address(), TokenServer.REFRESH_TOKEN));
                var bad = client(identity(registry.address(), "stolen"))) {
            ImageReference name = ImageReference.parse(registry.address() + "/secret/app:1");
            push(good, name, AMD64, random(100));
            assertThat(tokens.requests()).containsExactly("POST repository:secret/app:pull,push");
            assertThatThrownBy(() -> bad.manifest(name))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains("[PullUnauthorized]", "POST " + tokens.realm())
                                    .doesNotContain("stolen"));
        }
    }

    @Test
    void anUploadThatBreaksGoesOnWhereItBroke() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var proxy = FaultProxy.before(registry);
                var client = anonymous()) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/big");
            Descriptor blob = store.put(MediaTypes.OCI_LAYER_GZIP, random(BIG));
            proxy.cutUploadAfter(BIG / 2);
            client.pushBlob(name, blob, store);

            assertThat(proxy.sent()).isBetween((long) BIG, BIG + (long) BIG / 8);
            assertThat(registry.requests("\"POST /v2/team/big/blobs/uploads/")).isEqualTo(1);
            assertThat(registry.requests("\"PATCH /v2/team/big/blobs/uploads/")).isEqualTo(2);
            assertThat(registry.requests("\"GET /v2/team/big/blobs/uploads/[^ ]* HTTP/1.1\" 204"))
                    .isEqualTo(1);
            BlobStore other = BlobStore.open(directory.resolve("other"));
            client.fetchBlob(name, blob, other);
            assertThat(other.has(blob.digest())).isTrue();
        }
    }

    @Test
    void aDownloadThatBreaksGoesOnWhereItBroke() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var proxy = FaultProxy.before(registry);
                var client = anonymous()) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/big");
            Descriptor blob = store.put(MediaTypes.OCI_LAYER_GZIP, random(BIG));
            client.pushBlob(name, blob, store);
            BlobStore other = BlobStore.open(directory.resolve("other"));
            long before = proxy.received();
            proxy.cutDownloadAfter(BIG / 2);
            client.fetchBlob(name, blob, other);

            assertThat(other.bytes(blob.digest())).isEqualTo(store.bytes(blob.digest()));
            assertThat(proxy.received() - before).isBetween((long) BIG, BIG + (long) BIG / 8);
            assertThat(registry.requests("\"GET /v2/team/big/blobs/[^ ]* HTTP/1.1\" 206"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aBusyRegistryIsAskedAgain() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var proxy = FaultProxy.before(registry);
                var client = anonymous()) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/app:1");
            proxy.answerNext("503 Busy");
            proxy.answerNext("502 Bad Gateway");
            push(client, name, AMD64, random(100));
            assertThat(proxy.answersLeft()).isZero();
        }
        try (var registry = TestRegistry.start(directory.resolve("second"));
                var proxy = FaultProxy.before(registry);
                var client = anonymous()) {
            proxy.answerNext("429 Too Many\r\nRetry-After: 1");
            long start = System.nanoTime();
            assertThat(client.manifest(ImageReference.parse(proxy.address() + "/team/app:1")))
                    .isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void aRegistryThatStaysBusyOrAwayIsReported() throws IOException {
        var twice =
                new RegistrySettings(Credentials.none(), null, Duration.ofSeconds(5), Duration.ofSeconds(5), 2, true);
        String address;
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var proxy = FaultProxy.before(registry);
                var client = new RegistryClient(twice)) {
            address = proxy.address();
            proxy.answerNext("503 Busy");
            proxy.answerNext("503 Busy");
            proxy.answerNext("503 Busy");
            ImageReference name = ImageReference.parse(address + "/team/app:1");
            assertThatThrownBy(() -> client.manifest(name))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains(
                                            "[RegistryError]",
                                            "GET http://" + name.registry() + "/v2/team/app/manifests/1")
                                    .contains("answered 503"));
            assertThat(proxy.answersLeft()).isEqualTo(1);
        }
        try (var client = new RegistryClient(twice)) {
            ImageReference gone = ImageReference.parse(address + "/team/app:1");
            assertFails(ProblemCode.RegistryUnreachable, () -> client.manifest(gone));
        }
    }

    @Test
    void anotherHostGetsNoCredentials() throws IOException {
        var authorizations = new CopyOnWriteArrayList<List<String>>();
        HttpServer cdn = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Path home = directory.resolve("registry");
        cdn.createContext("/", exchange -> {
            authorizations.add(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
            byte[] bytes = Files.readAllBytes(
                    home.resolve("storage/" + exchange.getRequestURI().getPath()));
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        cdn.start();
        String base = "http://127.0.0.1:" + cdn.getAddress().getPort();
        try (var registry = TestRegistry.redirecting(home, base);
                var client = client(login(registry.address(), TestRegistry.PASSWORD))) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app");
            Descriptor blob = store.put(MediaTypes.OCI_LAYER_GZIP, random(1000));
            client.pushBlob(name, blob, store);
            BlobStore other = BlobStore.open(directory.resolve("other"));
            client.fetchBlob(name, blob, other);
            assertThat(other.has(blob.digest())).isTrue();
            assertThat(authorizations).isNotEmpty().allMatch(List::isEmpty);
        } finally {
            cdn.stop(0);
        }
    }

    @Test
    void aBlobThatIsNotItsDescriptorIsRefused() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app");
            Descriptor blob = store.put(MediaTypes.OCI_LAYER_GZIP, random(1000));
            client.pushBlob(name, blob, store);
            BlobStore other = BlobStore.open(directory.resolve("other"));
            var shorter = new Descriptor(blob.mediaType(), blob.digest(), 999);
            assertFails(ProblemCode.ImageInvalid, () -> client.fetchBlob(name, shorter, other));
            assertThat(other.has(blob.digest())).isFalse();

            Files.write(stored(blob.digest()), random(1000, 2));
            assertFails(ProblemCode.ImageInvalid, () -> client.fetchBlob(name, blob, other));
            assertThat(other.has(blob.digest())).isFalse();
        }
    }

    @Test
    void aManifestThatIsNotItsDigestIsRefused() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            Descriptor pushed = push(client, name, AMD64, random(100));
            Path stored = stored(pushed.digest());
            Files.writeString(stored, Files.readString(stored).replace("\"size\":100", "\"size\":101"));
            assertFails(ProblemCode.ImageInvalid, () -> client.manifest(name.byDigest(pushed.digest())));
        }
    }

    @Test
    void aTokenThatIsNoLongerTakenIsFetchedAgain() throws Exception {
        try (var tokens = TokenServer.start();
                var registry = TestRegistry.withTokens(directory.resolve("registry"), tokens);
                var proxy = FaultProxy.before(registry);
                var client = client(login(proxy.address(), TestRegistry.PASSWORD))) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/app:1");
            push(client, name, AMD64, random(100));
            assertThat(tokens.requests()).hasSize(1);
            proxy.answerNext("401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"" + tokens.realm() + "\",service=\""
                    + TokenServer.SERVICE + "\",scope=\"repository:team/app:push,pull\"");
            proxy.drop();
            push(client, name, AMD64, random(200));
            assertThat(proxy.answersLeft()).isZero();
            assertThat(tokens.requests()).hasSize(2);
        }
    }

    @Test
    void aTokenServerWithoutTlsElsewhereGetsNothing() throws Exception {
        try (var tokens = TokenServer.start();
                var registry =
                        TestRegistry.withTokens(directory.resolve("registry"), tokens, "http://auth.example/token");
                var client = client(login(registry.address(), TestRegistry.PASSWORD))) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            assertThatThrownBy(() -> client.manifest(name))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.problem().render())
                                    .contains(
                                            "[PullUnauthorized]",
                                            "http://auth.example/token, which is not an https URL"));
        }
    }

    @Test
    void aDownloadThatStallsGoesOn() throws IOException {
        var impatient =
                new RegistrySettings(Credentials.none(), null, Duration.ofSeconds(5), Duration.ofMillis(300), 5, true);
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var proxy = FaultProxy.before(registry);
                var client = anonymous();
                var downloading = new RegistryClient(impatient)) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/big");
            Descriptor blob = store.put(MediaTypes.OCI_LAYER_GZIP, random(BIG));
            client.pushBlob(name, blob, store);
            BlobStore other = BlobStore.open(directory.resolve("other"));
            proxy.stallDownloadAfter(BIG / 2);
            downloading.fetchBlob(name, blob, other);
            assertThat(other.has(blob.digest())).isTrue();
            assertThat(registry.requests("\"GET /v2/team/big/blobs/[^ ]* HTTP/1.1\" 206"))
                    .isEqualTo(1);
        }
    }

    @Test
    void closingEndsTheThreadsOfTheHttpClients() {
        try (var registry = TestRegistry.start(directory.resolve("registry"))) {
            Set<Thread> before = httpThreads();
            try (var client = anonymous()) {
                client.manifest(ImageReference.parse(registry.address() + "/team/app:1"));
                assertThat(httpThreads()).hasSizeGreaterThan(before.size());
            }
            assertThat(before).containsAll(httpThreads());
        }
    }

    @Test
    void manyThreadsShareOneClient() throws InterruptedException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = anonymous()) {
            var failures = new CopyOnWriteArrayList<Throwable>();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 16; i++) {
                ImageReference name = ImageReference.parse(registry.address() + "/team/app:" + i);
                byte[] bytes = random(10_000, i);
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        push(client, name, AMD64, bytes);
                    } catch (StrataException e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            for (int i = 0; i < 16; i++) {
                assertThat(client.manifest(ImageReference.parse(registry.address() + "/team/app:" + i)))
                        .isPresent();
            }
        }
    }

    private Descriptor push(RegistryClient client, ImageReference name, Platform platform, byte[] layerBytes) {
        Descriptor layer = store.put(MediaTypes.OCI_LAYER_GZIP, layerBytes);
        ImageConfig config = ImageConfig.scratch(platform)
                .withStep(
                        new History(null, "test", null, null, false),
                        DiffId.parse(layer.digest().toString()));
        Descriptor configBlob = store.put(MediaTypes.OCI_CONFIG, OciJson.bytes(config));
        client.pushBlob(name, layer, store);
        client.pushBlob(name, configBlob, store);
        byte[] manifest =
                OciJson.bytes(new Manifest(MediaTypes.OCI_MANIFEST, null, configBlob, List.of(layer), Map.of()));
        Digest digest = client.pushManifest(name, MediaTypes.OCI_MANIFEST, manifest);
        assertThat(digest).isEqualTo(Digest.of(manifest));
        return Descriptor.of(MediaTypes.OCI_MANIFEST, manifest);
    }

    private Path stored(Digest digest) {
        String hex = digest.hex();
        return directory.resolve(
                "registry/storage/docker/registry/v2/blobs/sha256/" + hex.substring(0, 2) + "/" + hex + "/data");
    }

    private static Set<Thread> httpThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("SelectorManager"))
                .collect(Collectors.toSet());
    }

    private static void assertFails(ProblemCode code, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(code));
    }

    private static RegistryClient anonymous() {
        return client(Credentials.none());
    }

    private static RegistryClient client(Credentials credentials) {
        return new RegistryClient(RegistrySettings.of(credentials, null));
    }

    private static RegistrySettings tls(@Nullable Path ca) {
        return new RegistrySettings(Credentials.none(), ca, Duration.ofSeconds(5), Duration.ofSeconds(5), 3, false);
    }

    private Credentials login(String registry, String password) throws IOException {
        return credentials(
                registry, "{\"username\": \"%s\", \"password\": \"%s\"}".formatted(TestRegistry.USER, password));
    }

    private Credentials identity(String registry, String token) throws IOException {
        return credentials(registry, "{\"identitytoken\": \"%s\"}".formatted(token));
    }

    private Credentials credentials(String registry, String entry) throws IOException {
        Path file = directory.resolve("config.json");
        Files.writeString(file, "{\"auths\": {\"%s\": %s}}".formatted(registry, entry), StandardCharsets.UTF_8);
        return Credentials.read(file);
    }

    private static byte[] random(int size) {
        return random(size, size);
    }

    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
