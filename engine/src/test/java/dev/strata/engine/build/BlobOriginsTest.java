/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.Credentials;
import dev.strata.engine.registry.RegistryClient;
import dev.strata.engine.registry.RegistrySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobOriginsTest {
    private static final Descriptor BLOB = Descriptor.of(MediaTypes.OCI_LAYER_GZIP, new byte[] {1});

    @TempDir
    Path directory;

    private RegistryClient client;
    private BlobOrigins origins;

    @BeforeEach
    void open() throws IOException {
        client = new RegistryClient(RegistrySettings.of(Credentials.none(), null));
        origins = BlobOrigins.open(directory, BlobStore.open(directory), client);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void aLineThatWasWrittenInPartHidesNoOther() throws IOException {
        Files.write(
                directory.resolve("origins").resolve(BLOB.digest().hex()),
                new byte[] {'a', '.', 'b', '/', '\n', (byte) 0xc3, '\n', 0, 0, '\n'});
        origins.add(BLOB, ImageReference.parse("localhost:1/team/app:1"));

        assertThat(origins.of(BLOB.digest())).extracting(ImageReference::name).containsExactly("localhost:1/team/app");
    }

    @Test
    void nobodyElseIsAskedAfterAnInterrupt() {
        origins.add(BLOB, ImageReference.parse("localhost:1/first"));
        origins.add(BLOB, ImageReference.parse("localhost:1/second"));
        Thread.currentThread().interrupt();

        StrataException stopped = catchThrowableOfType(StrataException.class, () -> origins.fetch(BLOB));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(stopped.problem().code()).isEqualTo(ProblemCode.Cancelled);
        assertThat(stopped.problem().what()).contains("/v2/first/");
    }
}
