/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Index;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a client sends to a real registry, and what it gets from one.
class RegistryClientIT {
    private static final Platform ARM64 = new Platform("linux", "arm64", "v8");

    @TempDir
    Path directory;

    private Clients clients;

    @BeforeEach
    void openStore() throws IOException {
        clients = new Clients(directory);
    }

    @Test
    void anImageComesBackAsItWasPushed() throws IOException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/app:1");
            Descriptor pushed = clients.push(client, name, Clients.AMD64, Clients.random(1000));
            BlobStore other = BlobStore.open(directory.resolve("other"));
            Image image = client.resolve(name, Clients.AMD64, other);
            assertThat(image.descriptor().digest()).isEqualTo(pushed.digest());
            assertThat(image.config().platform()).isEqualTo(Clients.AMD64);
            Descriptor layer = image.manifest().layers().getFirst();
            assertThat(other.has(layer.digest())).isFalse();
            client.fetchBlob(name, layer, other);
            assertThat(other.bytes(layer.digest())).isEqualTo(clients.store().bytes(layer.digest()));
        }
    }

    @Test
    void whatIsNotThereIsEmptyOrNotFound() {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/none:1");
            assertThat(client.manifest(name)).isEmpty();
            assertThat(client.hasBlob(name, Digest.of("nothing"))).isFalse();
            Clients.assertFails(ProblemCode.ImageNotFound, () -> client.resolve(name, Clients.AMD64, clients.store()));
        }
    }

    @Test
    void anIndexLeadsToThePlatformsImage() {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = Clients.anonymous()) {
            ImageReference name = ImageReference.parse(registry.address() + "/team/multi:1");
            Descriptor amd64 = clients.push(client, name.withTag("amd64"), Clients.AMD64, Clients.random(10));
            Descriptor arm64 = clients.push(client, name.withTag("arm64"), ARM64, Clients.random(20));
            byte[] index = OciJson.bytes(new Index(
                    MediaTypes.OCI_INDEX,
                    List.of(new Index.Entry(amd64, Clients.AMD64), new Index.Entry(arm64, ARM64))));
            client.pushManifest(name, MediaTypes.OCI_INDEX, index);

            assertThat(client.resolve(name, ARM64, clients.store()).descriptor().digest())
                    .isEqualTo(arm64.digest());
            assertThatThrownBy(() -> client.resolve(name, new Platform("linux", "s390x", null), clients.store()))
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
    void closingEndsTheThreadsOfTheHttpClients() {
        try (var registry = TestRegistry.start(directory.resolve("registry"))) {
            Set<Thread> before = httpThreads();
            try (var client = Clients.anonymous()) {
                client.manifest(ImageReference.parse(registry.address() + "/team/app:1"));
                assertThat(httpThreads()).hasSizeGreaterThan(before.size());
            }
            assertThat(before).containsAll(httpThreads());
        }
    }

    @Test
    void manyThreadsShareOneClient() throws InterruptedException {
        try (var registry = TestRegistry.start(directory.resolve("registry"));
                var client = Clients.anonymous()) {
            var failures = new CopyOnWriteArrayList<Throwable>();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 16; i++) {
                ImageReference name = ImageReference.parse(registry.address() + "/team/app:" + i);
                byte[] bytes = Clients.random(10_000, i);
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        clients.push(client, name, Clients.AMD64, bytes);
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

    private static Set<Thread> httpThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("SelectorManager"))
                .collect(Collectors.toSet());
    }
}
