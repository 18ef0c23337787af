/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
    /// `printf hello | sha256sum`.
    private static final Digest HELLO =
            Digest.parse("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

    @TempDir
    Path root;

    @Test
    void aBlobIsFoundUnderTheDigestOfItsBytes() throws IOException {
        BlobStore store = BlobStore.open(root);
        Descriptor descriptor = store.put("text/plain", "hello".getBytes(StandardCharsets.UTF_8));

        assertThat(descriptor).isEqualTo(new Descriptor("text/plain", HELLO, 5));
        assertThat(store.bytes(HELLO)).asString().isEqualTo("hello");
        assertThat(Files.readString(root.resolve("blobs/sha256/" + HELLO.hex())))
                .isEqualTo("hello");
    }

    @Test
    void aBlobThatIsNotCommittedLeavesNothing() throws IOException {
        BlobStore store = BlobStore.open(root);
        try (BlobWriter writer = store.writer()) {
            writer.write("hello".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(store.has(HELLO)).isFalse();
        try (Stream<Path> left = Files.list(root.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aMissingBlobIsToldByItsDigest() throws IOException {
        BlobStore store = BlobStore.open(root);

        assertThatThrownBy(() -> store.read(HELLO))
                .isInstanceOf(StrataException.class)
                .hasMessage("the store has no blob " + HELLO);
    }

    @Test
    void onlySha256IsADigest() {
        assertThatThrownBy(() -> Digest.parse("sha512:00")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Digest.parse("sha256:" + "A".repeat(64))).isInstanceOf(IllegalArgumentException.class);
    }
}
