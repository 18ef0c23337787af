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
import dev.strata.engine.image.DiffId;
import dev.strata.engine.image.History;
import dev.strata.engine.image.ImageConfig;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// A store below a temporary directory, clients of registries, and the images that they push.
final class Clients {
    static final Platform AMD64 = new Platform("linux", "amd64", null);

    private final Path directory;
    private final BlobStore store;

    Clients(Path directory) throws IOException {
        this.directory = directory;
        store = BlobStore.open(directory.resolve("store"));
    }

    BlobStore store() {
        return store;
    }

    static RegistryClient anonymous() {
        return client(Credentials.none());
    }

    /// A client that is the test registry's user, with a password.
    RegistryClient login(String registry, String password) throws IOException {
        return client(credentials(
                registry, "{\"username\": \"%s\", \"password\": \"%s\"}".formatted(TestRegistry.USER, password)));
    }

    /// A client with a refresh token.
    RegistryClient identity(String registry, String token) throws IOException {
        return client(credentials(registry, "{\"identitytoken\": \"%s\"}".formatted(token)));
    }

    private static RegistryClient client(Credentials credentials) {
        return new RegistryClient(RegistrySettings.of(credentials, null));
    }

    private Credentials credentials(String registry, String entry) throws IOException {
        Path file = directory.resolve("config.json");
        Files.writeString(file, "{\"auths\": {\"%s\": %s}}".formatted(registry, entry), StandardCharsets.UTF_8);
        return Credentials.read(file);
    }

    /// Pushes an image of one layer.
    Descriptor push(RegistryClient client, ImageReference name, Platform platform, byte[] layerBytes) {
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

    static void assertFails(ProblemCode code, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(code));
    }

    static byte[] random(int size) {
        return random(size, size);
    }

    static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
