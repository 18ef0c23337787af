/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciArchiveTest {
    private static final int BLOCK = 512;

    @TempDir
    Path directory;

    private final TarBytes archive = new TarBytes();
    private byte[] layer = new byte[0];
    private String config = "";
    private String manifest = "";

    @BeforeEach
    void makeAnImage() throws IOException {
        byte[] tar = new TarBytes()
                .directory("d/")
                .pax("SCHILY.xattr.user.one", "\u00ff\0")
                .file("d/file", "text".getBytes(UTF_8))
                .link("d/symlink", '2', "file")
                .link("again", '1', "d/file")
                .device("null")
                .end();
        layer = gzip(tar);
        config = "{\"rootfs\": {\"diff_ids\": [\"" + digest(tar) + "\"]}}";
        manifest = manifest(config.getBytes(UTF_8), layer);
    }

    @Test
    void everyAttributeIsRead() throws IOException {
        BuiltImage image = read(whole());

        assertThat(image.config().at("/rootfs/diff_ids")).hasSize(1);
        assertThat(image.tree()).containsOnlyKeys("again", "d", "d/file", "d/symlink", "null");
        var file = new BuiltImage.File(
                "file", 04751, "33:44", 4, "text", "", "", Map.of("user.one", "ff00"), Instant.ofEpochSecond(1000), 0);
        assertThat(image.tree().get("d/file"))
                .usingRecursiveComparison()
                .ignoringFields("inode")
                .isEqualTo(file);
        assertThat(image.tree().get("again")).isSameAs(image.tree().get("d/file"));
        assertThat(image.tree().get("d")).returns("directory", BuiltImage.File::kind);
        assertThat(image.tree().get("d/symlink"))
                .returns("symlink", BuiltImage.File::kind)
                .returns("file", BuiltImage.File::link);
        assertThat(image.tree().get("null"))
                .returns("character device", BuiltImage.File::kind)
                .returns("1:3", BuiltImage.File::device);
    }

    @Test
    void aBlobOfAnotherDigestIsRefused() {
        byte[] config = this.config.getBytes(UTF_8);
        byte[] changed = (this.config + " ").getBytes(UTF_8);
        archive.file(path(digest(config)), changed);
        addIndexAndManifest();
        archive.file(path(digest(layer)), layer);

        assertThatThrownBy(() -> read(archive.end()))
                .hasMessage("the blob " + digest(config) + " is " + digest(changed));
    }

    @Test
    void aBlobOfAnotherSizeIsRefused() {
        manifest = manifest.replace("\"size\": " + layer.length, "\"size\": " + (layer.length + 1));

        assertThatThrownBy(() -> read(whole()))
                .hasMessageStartingWith("the blob " + digest(layer) + " has " + layer.length + " bytes");
    }

    @Test
    void aBlobWithoutASizeIsRefused() {
        manifest = manifest.replace(", \"size\": " + layer.length, "");

        assertThatThrownBy(() -> read(whole())).hasMessageStartingWith("the blob " + digest(layer) + " has ");
    }

    @Test
    void aDiffIdIsThatOfTheLayerUnpacked() {
        config = "{\"rootfs\": {\"diff_ids\": [\"" + digest(layer) + "\"]}}";
        manifest = manifest(config.getBytes(UTF_8), layer);

        assertThatThrownBy(() -> read(whole()))
                .hasMessageMatching("layer 0 is sha256:[0-9a-f]{64}, its diff_id \"" + digest(layer) + "\"");
    }

    @Test
    void everyLayerHasADiffId() {
        config = "{\"rootfs\": {\"diff_ids\": []}}";
        manifest = manifest(config.getBytes(UTF_8), layer);

        assertThatThrownBy(() -> read(whole())).hasMessage("1 layers, and diff_ids of 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 1})
    void aTarFileThatIsCutIsRefused(int length) {
        byte[] tar = new TarBytes().directory("d").directory("e").end();

        assertThatThrownBy(() -> read(Arrays.copyOf(tar, length))).isInstanceOf(EOFException.class);
    }

    @Test
    void nothingIsHiddenAfterTheEndOfATarFile() {
        byte[] tar = new TarBytes().directory("d").end();
        byte[] longer = Arrays.copyOf(tar, tar.length + BLOCK);
        longer[longer.length - 1] = 1;

        assertThatThrownBy(() -> read(longer)).isInstanceOf(EOFException.class);
    }

    private byte[] whole() {
        addIndexAndManifest();
        for (byte[] blob : List.of(config.getBytes(UTF_8), layer)) {
            archive.file(path(digest(blob)), blob);
        }
        return archive.end();
    }

    private void addIndexAndManifest() {
        byte[] bytes = manifest.getBytes(UTF_8);
        archive.file(path(digest(bytes)), bytes);
        archive.file("index.json", ("{\"manifests\": [" + descriptor(bytes) + "]}").getBytes(UTF_8));
    }

    private BuiltImage read(byte[] tar) throws IOException {
        return OciArchive.read(Files.write(directory.resolve("archive"), tar));
    }

    private static String manifest(byte[] config, byte[] layer) {
        return "{\"config\": " + descriptor(config) + ", \"layers\": [" + descriptor(layer) + "]}";
    }

    private static String descriptor(byte[] blob) {
        return "{\"digest\": \"" + digest(blob) + "\", \"size\": " + blob.length + "}";
    }

    private static String path(String digest) {
        return "blobs/" + digest.replace(':', '/');
    }

    private static String digest(byte[] bytes) {
        return "sha256:" + TarFile.sha256(bytes);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }
}
