/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What layers may do to the directory that they are unpacked to. Needs root.
class LayerApplierIT {
    @TempDir
    Path temporary;

    private BlobStore blobs;
    private Path target;

    @BeforeEach
    void makeTheStore() throws IOException {
        blobs = BlobStore.open(temporary.resolve("store"));
        target = Files.createDirectory(temporary.resolve("target"));
    }

    private Layer layer(TarBytes tar) {
        byte[] bytes = tar.bytes();
        Descriptor blob = blobs.put(MediaTypes.OCI_LAYER, bytes);
        return new Layer(blob, new DiffId(blob.digest()));
    }

    @Test
    void whiteoutsAndOpaqueDirectoriesAreWhatOverlayfsKnows() throws Exception {
        LayerApplier.apply(
                layer(new TarBytes()
                        .file("a/.wh.gone", "")
                        .directory("o")
                        .file("o/.wh..wh..opq", "")
                        .file("o/new", "")
                        .file(".wh.r", "")
                        .file("r/x", "")
                        .directory("s")
                        .file(".wh.s", "")
                        .file("a/.wh..wh.plnk", "")),
                blobs,
                target);
        String opaque = "[user.overlay.opaque=eQ==]";

        assertThat(FileTree.of(target).keySet()).containsExactly("a", "a/gone", "o", "o/new", "r", "r/x", "s");
        assertThat(FileTree.of(target).get("a/gone"))
                .startsWith("CHARACTER_DEVICE 600 0:0 0 ")
                .contains(" 0:0 null");
        assertThat(FileTree.of(target).get("o")).endsWith(opaque);
        assertThat(FileTree.of(target).get("r"))
                .startsWith("DIRECTORY 755 0:0 0 1970-01-01T00:00:00Z")
                .endsWith(opaque);
        assertThat(FileTree.of(target).get("s")).endsWith(opaque);
    }

    @Test
    void nothingIsWrittenOutside() throws Exception {
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        String up = "../".repeat(20) + outside.toString().substring(1);
        Files.createDirectories(target.resolve(outside.toString().substring(1)));
        LayerApplier.apply(
                layer(new TarBytes()
                        .symlink("abs", outside.toString())
                        .file("abs/one", "1")
                        .symlink("rel", up)
                        .file("rel/two", "2")
                        .directory("rel/dir")
                        .hardlink("rel/three", "abs/one")
                        .file("rel/.wh.four", "")
                        .symlink("leaf", outside + "/five")
                        .file("leaf", "5")),
                blobs,
                target);

        assertThat(outside).isEmptyDirectory();
        assertThat(target.resolve(outside.toString().substring(1) + "/two")).hasContent("2");
        assertThat(target.resolve("leaf")).hasContent("5");
    }

    @Test
    void aHardLinkToAFileThatTheLayerLacksIsRefused() throws Exception {
        Path secret = Files.writeString(temporary.resolve("secret"), "secret");

        assertThatThrownBy(() ->
                        LayerApplier.apply(layer(new TarBytes().hardlink("h", secret.toString())), blobs, target))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().why())
                                .isEqualTo("the hard link h names "
                                        + secret.toString().substring(1) + ", which is not in the same layer"));
        assertThat(target).isEmptyDirectory();
    }

    @Test
    void whatALayerPutsTwiceIsThereOnce() throws Exception {
        LayerApplier.apply(
                layer(new TarBytes()
                        .directory("a")
                        .file("a/x", "1")
                        .file("a", "2")
                        .file("b", "3")
                        .directory("b")),
                blobs,
                target);

        assertThat(target.resolve("a")).hasContent("2");
        assertThat(target.resolve("b")).isEmptyDirectory();
    }

    @Test
    void aPathBelowAFileAndAWhiteoutOfNothingAreRefused() {
        assertThatThrownBy(() ->
                        LayerApplier.apply(layer(new TarBytes().file("a", "").file("a/x", "")), blobs, target))
                .isInstanceOf(StrataException.class);
        assertThatThrownBy(() -> LayerApplier.apply(layer(new TarBytes().file("d/.wh...", "")), blobs, target))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().why())
                                .isEqualTo("a whiteout deletes nothing that can be: d/.wh..."));
    }
}
