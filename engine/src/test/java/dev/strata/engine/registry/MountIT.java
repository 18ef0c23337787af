/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.reference.ImageReference;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Blobs that a repository takes over from another one, where the user may pull and push but not delete.
class MountIT {
    @TempDir
    Path directory;

    private BlobStore store;
    private TokenServer tokens;
    private TestRegistry registry;
    private RegistryClient client;
    private ImageReference to;
    private Descriptor blob;

    @BeforeEach
    void start() throws Exception {
        store = BlobStore.open(directory.resolve("store"));
        blob = store.put(MediaTypes.OCI_LAYER_GZIP, "a layer".getBytes(UTF_8));
        tokens = TokenServer.start();
        registry = TestRegistry.withTokens(directory.resolve("registry"), tokens);
        to = ImageReference.parse(registry.address() + "/team/to");
        Path logins = Files.writeString(
                directory.resolve("config.json"),
                "{\"auths\": {\"%s\": {\"username\": \"%s\", \"password\": \"%s\"}}}"
                        .formatted(registry.address(), TestRegistry.USER, TestRegistry.PASSWORD));
        client = new RegistryClient(RegistrySettings.of(Credentials.read(logins), null));
    }

    @AfterEach
    void stop() {
        client.close();
        registry.close();
        tokens.close();
    }

    @Test
    void aBlobOfAnotherRepositoryIsMountedWithoutItsBytes() {
        client.pushBlob(ImageReference.parse(registry.address() + "/team/from"), blob, store);

        client.mountBlob(to, blob, "team/from", () -> {
            throw new AssertionError("its bytes are not needed");
        });

        assertThat(client.hasBlob(to, blob.digest())).isTrue();
        assertThat(registry.requests("\"PATCH /v2/team/from/")).isEqualTo(1);
        assertThat(registry.requests("\"(PATCH|PUT) /v2/team/to/")).isZero();
        assertThat(registry.requests("\"POST /v2/team/to/blobs/uploads/\\?mount=[^ ]* HTTP/1.1\" 201"))
                .isEqualTo(1);
    }

    @Test
    void theUploadThatTheRegistryBeginsInsteadOfAMountTakesTheBytes() {
        client.mountBlob(to, blob, "team/has-nothing", () -> store);

        assertThat(client.hasBlob(to, blob.digest())).isTrue();
        assertThat(registry.requests("\"POST /v2/team/to/blobs/uploads/[^ ]* HTTP/1.1\" 202"))
                .isEqualTo(1);
        assertThat(registry.requests("\"DELETE ")).isZero();
    }
}
