/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Archives that other tools, or nobody sane, would write, loaded into an empty store.
class ImageArchiveIT {
    private static final ImageReference NAME = ImageReference.parse("team/app:1");

    @TempDir
    Path directory;

    private Builds from;
    private Builds into;
    private Image image;

    @BeforeEach
    void build() throws Exception {
        from = new Builds(directory.resolve("from"));
        into = new Builds(directory.resolve("into"));
        from.file("a", "a");
        image = from.build("FROM scratch\nCOPY a /a\n");
    }

    @AfterEach
    void close() {
        from.close();
        into.close();
    }

    private static Descriptor named(Descriptor descriptor, ImageReference name) {
        return new Descriptor(
                descriptor.mediaType(),
                descriptor.digest(),
                descriptor.size(),
                Map.of("io.containerd.image.name", name.toString()));
    }

    private List<Descriptor> parts() {
        return Stream.concat(
                        image.manifest().layers().stream(),
                        Stream.of(image.manifest().config(), image.descriptor()))
                .toList();
    }

    /// As BuildKit does for an image with attestations: the index names an index.
    private Descriptor nested(@Nullable Platform platform) {
        Descriptor attestation = from.store().blobs().put(MediaTypes.OCI_MANIFEST, new byte[] {'{', '}'});
        return from.store()
                .blobs()
                .put(
                        MediaTypes.OCI_INDEX,
                        OciJson.bytes(new Index(
                                MediaTypes.OCI_INDEX,
                                List.of(
                                        new Index.Entry(attestation, new Platform("unknown", "unknown", null)),
                                        new Index.Entry(image.descriptor(), platform)))));
    }

    private Path archive(List<Descriptor> index, List<Descriptor> blobs) throws IOException {
        Path file = directory.resolve("archive.tar");
        try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file), StandardCharsets.UTF_8.name())) {
            for (Descriptor blob : blobs) {
                put(
                        tar,
                        "blobs/sha256/" + blob.digest().hex(),
                        from.store().blobs().bytes(blob.digest()));
            }
            var entries =
                    index.stream().map(each -> new Index.Entry(each, null)).toList();
            put(tar, "index.json", OciJson.bytes(new Index(MediaTypes.OCI_INDEX, entries)));
        }
        return file;
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private void isRefused(Path archive, String why) throws IOException {
        StrataException refused =
                catchThrowableOfType(StrataException.class, () -> new ImageArchive(into.store()).load(archive));
        assertThat(refused.problem().code()).isEqualTo(ProblemCode.ImageInvalid);
        assertThat(refused.problem().why()).contains(why);
        try (Stream<Path> names = Files.list(directory.resolve("into/store/names"))) {
            assertThat(names).isEmpty();
        }
    }

    @Test
    void anIndexWithinTheIndexLeadsToTheImageOfThisPlatform() throws Exception {
        Descriptor nested = nested(Platform.local());
        var blobs = new ArrayList<>(parts());
        blobs.add(nested);

        assertThat(new ImageArchive(into.store()).load(archive(List.of(named(nested, NAME)), blobs)))
                .containsExactly(NAME);

        assertThat(into.store().images().find(NAME)).contains(image);
    }

    @Test
    void anIndexWithoutThisPlatformIsRefusedAndNothingOfItsArchiveIsNamed() throws Exception {
        Descriptor nested = nested(new Platform("plan9", "mips", null));
        var blobs = new ArrayList<>(parts());
        blobs.add(nested);

        isRefused(
                archive(List.of(named(image.descriptor(), NAME), named(nested, NAME.withTag("2"))), blobs),
                "has no image for linux/");
    }

    @Test
    void anImageThatIsNotWholeIsRefused() throws Exception {
        for (Descriptor part : parts()) {
            var blobs = new ArrayList<>(parts());
            blobs.remove(part);
            try (Builds empty = new Builds(directory.resolve(part.digest().hex()))) {
                Path archive = archive(List.of(named(image.descriptor(), NAME)), blobs);
                StrataException refused = catchThrowableOfType(
                        StrataException.class, () -> new ImageArchive(empty.store()).load(archive));
                assertThat(refused.problem().why()).isEqualTo("the blob " + part.digest() + " is missing");
                assertThat(empty.store().images().find(NAME)).isEmpty();
            }
        }
    }

    @Test
    void whatIsNoImageIsRefused() throws Exception {
        Descriptor layer = image.manifest().layers().getFirst();
        isRefused(archive(List.of(named(layer, NAME)), parts()), "is of no type that an image's manifest has");

        Descriptor longer = new Descriptor(
                MediaTypes.OCI_MANIFEST,
                image.descriptor().digest(),
                image.descriptor().size() + 1);
        isRefused(archive(List.of(named(longer, NAME)), parts()), " bytes, not " + longer.size());
    }

    @Test
    void aNameWhoseImageCannotBeReadHidesNoOther() throws Exception {
        var images = from.store().images();
        images.tag(NAME, image.descriptor());
        images.tag(NAME.withTag("gone"), Descriptor.of(MediaTypes.OCI_MANIFEST, new byte[] {1}));
        images.tag(NAME.withTag("index"), nested(Platform.local()));
        Path names = directory.resolve("from/store/names");
        Files.writeString(names.resolve("empty"), "");
        Files.writeString(names.resolve("%"), "{\"digest\":\"" + Digest.of("x") + "\",\"size\":1}");

        var unreadable = new ArrayList<String>();
        assertThat(images.list(problem -> unreadable.add(problem.what())))
                .containsExactly(new LocalImages.Named(NAME, image));

        assertThat(unreadable)
                .containsExactlyInAnyOrder(
                        "the image % of the store cannot be read",
                        "the image empty of the store cannot be read",
                        "the image docker.io/team/app:gone of the store cannot be read",
                        "the image docker.io/team/app:index of the store cannot be read");
        assertThat(images.find(NAME.byDigest(image.descriptor().digest()))).contains(image);
    }
}
