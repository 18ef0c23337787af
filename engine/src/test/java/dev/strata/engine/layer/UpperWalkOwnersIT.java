/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.linux.FileStatus;
import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.linux.UserNamespace;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Owners of upper directories, also in a pod whose user namespace has too few. Needs root and
/// overlayfs.
class UpperWalkOwnersIT {
    @TempDir
    Path temporary;

    private Overlay overlay;

    @BeforeEach
    void unpackABase() throws IOException {
        overlay = new Overlay(temporary);
    }

    @Test
    void anOwnerThatTheNamespaceDoesNotHaveIsKeptHoweverTheFileIsTouched() throws Exception {
        overlay.unpackInPod();
        overlay.run(
                "echo more >> foreign; cp -a foreign copied; ln foreign linked; mkdir m; cp -a foreign m; mv m/foreign m/f");
        TreeIndex index = overlay.walkInPod();

        for (String path : List.of("foreign", "copied", "linked", "m/f")) {
            assertThat(index.entry(path))
                    .as(path)
                    .extracting(Entry::uid, Entry::gid)
                    .containsExactly(70_000, 80_000);
        }
    }

    @Test
    void nobodyIsNobodyAlsoWhereAnOwnerOfTheParentCannotBeMapped() throws Exception {
        overlay.unpackInPod();
        overlay.run("chown 65534:65534 foreign d; echo n > nobody; chown 65534:65534 nobody");
        TreeIndex index = overlay.walkInPod();

        for (String path : List.of("foreign", "d", "nobody")) {
            assertThat(index.entry(path))
                    .as(path)
                    .extracting(Entry::uid, Entry::gid)
                    .containsExactly(65_534, 65_534);
        }
    }

    @Test
    void aMovedFileWhoseOwnerCouldBeOneOfSeveralIsRefused() throws Exception {
        overlay.unpackInPod(
                new TarBytes().pax('x', "uid=90000").file("another", "a").bytes());
        overlay.run("mv foreign moved");

        assertThatThrownBy(() -> overlay.walkInPod()).isInstanceOfSatisfying(StrataException.class, e -> {
            assertThat(e.problem().what()).isEqualTo("the owner of /moved cannot be kept");
            assertThat(e.problem().why()).contains("one of 70000, 90000", "ids 0 to 65535");
        });
    }

    @Test
    void aFileMovedOverOneOfAnotherOwnerIsRefusedAndOneChangedInPlaceIsNot() throws Exception {
        byte[] tar = new TarBytes()
                .pax('x', "uid=90000")
                .file("another", "longer")
                .pax('x', "uid=90000")
                .file("third", "3")
                .bytes();
        overlay.unpackInPod(tar);
        LayerApplier.apply(
                new Layer(overlay.blobs().put(MediaTypes.OCI_LAYER, tar), new DiffId(Digest.of(tar))),
                overlay.blobs(),
                Tree.of(List.of()),
                overlay.lower(),
                Overlay.POD);
        overlay.run("echo more >> foreign; chmod 600 third; mv another n; mv n another");
        assertThat(overlay.walkInPod().entries())
                .extracting(Entry::path, Entry::uid)
                .contains(tuple("foreign", 70_000), tuple("third", 90_000), tuple("another", 90_000));

        overlay.run("rm foreign; mv another foreign");
        assertThatThrownBy(() -> overlay.walkInPod())
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().what()).isEqualTo("the owner of /foreign cannot be kept"));
    }

    @Test
    void whereEveryIdIsThereNoneStandsForAnother() throws Exception {
        overlay.run("chown 64991:64991 foreign; echo n > new; chown 64991:64991 new; chown 65534:65534 d");
        TreeIndex index = overlay.walk().index();

        for (String path : List.of("foreign", "new")) {
            assertThat(index.entry(path)).extracting(Entry::uid, Entry::gid).containsExactly(64_991, 64_991);
        }
        assertThat(index.entry("d")).extracting(Entry::uid, Entry::gid).containsExactly(65_534, 65_534);
    }

    @Test
    void whatShowsAsTheOverflowIdInAPodIsNobodys() throws Exception {
        for (Path directory : List.of(temporary, overlay.upper())) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Path foreign = Files.writeString(temporary.resolve("of-the-host"), "h");
        Path copy = overlay.upper().resolve("copy");
        try (var namespace = new UserNamespace("0 100000 65536\n", "0 100000 65536\n")) {
            assertThat(namespace.run("stat", "-c", "%u:%g", foreign.toString()))
                    .containsExactly("65534:65534", "exit 0");
            assertThat(namespace.run("cp", "-a", foreign.toString(), copy.toString()))
                    .containsExactly("exit 0");
            assertThat(namespace.run("chown", "70000", copy.toString())).last().isEqualTo("exit 1");
        }
        try (RootDirectory root = RootDirectory.open(overlay.upper())) {
            assertThat(root.status("copy").orElseThrow())
                    .extracting(FileStatus::uid, FileStatus::gid)
                    .containsExactly(165_534, 165_534);
        }
    }
}
