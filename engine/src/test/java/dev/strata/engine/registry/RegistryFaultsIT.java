/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Registries and networks that break, stall, are busy or send what was not asked for.
class RegistryFaultsIT {
    private static final int BIG = 8 << 20;

    @TempDir
    Path directory;

    private Clients clients;

    @BeforeEach
    void openStore() throws IOException {
        clients = new Clients(directory);
    }

    @Test
    void anUploadThatBreaksGoesOnWhereItBroke() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var proxy = FaultProxy.before(registry);
                var client = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/big");
            Descriptor blob = clients.store().put(MediaTypes.OCI_LAYER_GZIP, Clients.random(BIG));
            proxy.cutUploadAfter(BIG / 2);
            client.pushBlob(name, blob, clients.store());

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
                var client = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/big");
            Descriptor blob = clients.store().put(MediaTypes.OCI_LAYER_GZIP, Clients.random(BIG));
            client.pushBlob(name, blob, clients.store());
            BlobStore other = BlobStore.open(directory.resolve("other"));
            long before = proxy.received();
            proxy.cutDownloadAfter(BIG / 2);
            client.fetchBlob(name, blob, other);

            assertThat(other.bytes(blob.digest())).isEqualTo(clients.store().bytes(blob.digest()));
            assertThat(proxy.received() - before).isBetween((long) BIG, BIG + (long) BIG / 8);
            assertThat(registry.requests("\"GET /v2/team/big/blobs/[^ ]* HTTP/1.1\" 206"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aDownloadThatStallsGoesOn() throws IOException {
        var impatient =
                new RegistrySettings(Credentials.none(), null, Duration.ofSeconds(5), Duration.ofMillis(300), 5, true);
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var proxy = FaultProxy.before(registry);
                var client = Clients.anonymous();
                var downloading = new RegistryClient(impatient)) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/big");
            Descriptor blob = clients.store().put(MediaTypes.OCI_LAYER_GZIP, Clients.random(BIG));
            client.pushBlob(name, blob, clients.store());
            BlobStore other = BlobStore.open(directory.resolve("other"));
            proxy.stallDownloadAfter(BIG / 2);
            downloading.fetchBlob(name, blob, other);
            assertThat(other.has(blob.digest())).isTrue();
            assertThat(registry.requests("\"GET /v2/team/big/blobs/[^ ]* HTTP/1.1\" 206"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aBusyRegistryIsAskedAgain() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var proxy = FaultProxy.before(registry);
                var client = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(proxy.address() + "/team/app:1");
            proxy.answerNext("503 Busy");
            proxy.answerNext("502 Bad Gateway");
            clients.push(client, name, Clients.AMD64, Clients.random(100));
            assertThat(proxy.answersLeft()).isZero();
        }
        try (var registry = TestRegistry.start(directory.resolve("second"));
                var proxy = FaultProxy.before(registry);
                var client = Clients.anonymous()) {
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
            Clients.assertFails(ProblemCode.RegistryUnreachable, () -> client.manifest(gone));
        }
    }

    @Test
    void aBlobThatIsNotItsDescriptorIsRefused() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app");
            Descriptor blob = clients.store().put(MediaTypes.OCI_LAYER_GZIP, Clients.random(1000));
            client.pushBlob(name, blob, clients.store());
            BlobStore other = BlobStore.open(directory.resolve("other"));
            var shorter = new Descriptor(blob.mediaType(), blob.digest(), 999);
            Clients.assertFails(ProblemCode.ImageInvalid, () -> client.fetchBlob(name, shorter, other));
            assertThat(other.has(blob.digest())).isFalse();

            Files.write(registry.blob(blob.digest()), Clients.random(1000, 2));
            Clients.assertFails(ProblemCode.ImageInvalid, () -> client.fetchBlob(name, blob, other));
            assertThat(other.has(blob.digest())).isFalse();
        }
    }

    @Test
    void aManifestThatIsNotItsDigestIsRefused() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            Descriptor pushed = clients.push(client, name, Clients.AMD64, Clients.random(100));
            Path stored = registry.blob(pushed.digest());
            Files.writeString(stored, Files.readString(stored).replace("\"size\":100", "\"size\":101"));
            Clients.assertFails(ProblemCode.ImageInvalid, () -> client.manifest(name.byDigest(pushed.digest())));
        }
    }
}
