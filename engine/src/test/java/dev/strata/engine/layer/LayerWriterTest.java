/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Digest;
import dev.strata.engine.problem.StrataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerWriterTest {
    private static final Instant TIME = Instant.parse("2026-03-01T10:20:30.987654321Z");
    private static final String LONG = "long-directory-name/".repeat(15) + "file";

    @TempDir
    Path root;

    private BlobStore blobs;

    @BeforeEach
    void openTheStore() throws IOException {
        blobs = BlobStore.open(root);
    }

    private static ContentSource text(String text) {
        return () -> new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static Entry withXattr(Entry entry, String name, byte[] value) {
        return new Entry(
                entry.path(),
                entry.kind(),
                entry.mode(),
                entry.uid(),
                entry.gid(),
                entry.size(),
                entry.mtime(),
                entry.link(),
                entry.deviceMajor(),
                entry.deviceMinor(),
                Map.of(name, Base64.getEncoder().encodeToString(value)),
                entry.content());
    }

    private WrittenLayer sample(Compression compression, @Nullable Instant clamp) throws IOException {
        try (LayerWriter out = LayerWriter.open(blobs, compression, clamp)) {
            out.add(Entry.directory("etc", 01777, 3, 4, TIME), null);
            out.add(Entry.file("etc/group", 0644, 0, 0, 4, TIME), text("g::\n"));
            out.add(
                    withXattr(Entry.file("f", 04755, 3_000_000, -2, 5, TIME), "user.k", new byte[] {0, 10, 61}),
                    text("hello"));
            out.add(Entry.symlink("l", "x/".repeat(80), 0, 0, TIME), null);
            out.add(Entry.file(LONG, 0600, 1, 2, 0, Instant.EPOCH.minusSeconds(5)), null);
            out.add(Entry.file(LONG.substring(0, 170), 0600, 1, 2, 0, TIME), null);
            out.add(new Entry("n", Entry.Kind.CHARACTER_DEVICE, 0666, 0, 0, 0, TIME, null, 1, 3, Map.of(), null), null);
            out.whiteout("var/gone");
            out.add(new Entry("z", Entry.Kind.HARDLINK, 0644, 0, 0, 0, TIME, "f", 0, 0, Map.of(), null), null);
            return out.finish();
        }
    }

    @Test
    void theBytesDependOnNothingButTheEntries() throws IOException {
        WrittenLayer once = sample(Compression.GZIP, null);
        WrittenLayer again = sample(Compression.GZIP, null);

        assertThat(again.layer()).isEqualTo(once.layer());
        // Written down, so that another day, machine or version of the program is held to it too.
        assertThat(once.layer().diffId().digest())
                .hasToString("sha256:44b935c70b3fa53cb480c2c7549149df1c795958f719780c69763214a981845b");
    }

    @Test
    void everyCompressionHasTheSameDiffId() throws IOException {
        WrittenLayer gzip = sample(Compression.GZIP, null);
        WrittenLayer plain = sample(Compression.NONE, null);

        assertThat(plain.layer().diffId()).isEqualTo(gzip.layer().diffId());
        assertThat(plain.layer().blob().digest())
                .isEqualTo(plain.layer().diffId().digest());
        assertThat(plain.layer().blob().annotations()).isEmpty();
        assertThat(gzip.layer().blob().annotations()).containsOnlyKeys(LayerWriter.ENCODER);
    }

    @Test
    void theIndexThatIsWrittenIsTheOneThatTheBlobGives() throws IOException {
        WrittenLayer written = sample(Compression.GZIP, null);
        TreeIndex read = TreeIndexStore.open(root).of(written.layer(), blobs);

        assertThat(read.entries()).isEqualTo(written.index().entries());
        assertThat(read.whiteouts()).isEqualTo(written.index().whiteouts()).containsExactly("var/gone");
        assertThat(read.smallFiles()).containsOnlyKeys("etc/group");
        assertThat(read.smallFiles().get("etc/group")).asString().isEqualTo("g::\n");
        assertThat(read.entry("f")).extracting(Entry::content).isEqualTo(Digest.of("hello"));
        assertThat(read.entry("f")).extracting(Entry::uid, Entry::gid).containsExactly(3_000_000, -2);
    }

    @Test
    void aSavedIndexIsReadBackWhole() throws IOException {
        WrittenLayer written = sample(Compression.GZIP, null);
        TreeIndexStore.open(root).save(written.layer(), written.index());
        Files.delete(blobs.path(written.layer().blob().digest()));
        TreeIndex read = TreeIndexStore.open(root).of(written.layer(), blobs);

        assertThat(read.entries()).isEqualTo(written.index().entries());
        assertThat(read.whiteouts()).isEqualTo(written.index().whiteouts());
        assertThat(read.smallFiles().get("etc/group")).asString().isEqualTo("g::\n");
    }

    @Test
    void aDamagedIndexIsMadeAgain() throws IOException {
        WrittenLayer written = sample(Compression.GZIP, null);
        Path file =
                root.resolve("indexes").resolve(written.layer().blob().digest().hex());
        TreeIndexStore.open(root).save(written.layer(), written.index());
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));

        assertThat(TreeIndexStore.open(root).find(written.layer())).isEqualTo(Optional.empty());
        assertThat(TreeIndexStore.open(root).of(written.layer(), blobs).entries())
                .isEqualTo(written.index().entries());
    }

    private static Entry hostile(Map<String, byte[]> xattrs) {
        var encoded = new java.util.TreeMap<String, String>();
        xattrs.forEach((name, value) -> encoded.put(name, Base64.getEncoder().encodeToString(value)));
        return Entry.file("f", 0755, 0, 0, 0, TIME).withXattrs(encoded);
    }

    private static byte[] capability(int version, int length, int rootId) {
        byte[] value = new byte[length];
        value[3] = (byte) version;
        value[5] = 0x20;
        value[length - 4] = (byte) rootId;
        return value;
    }

    /// `trusted.overlay.redirect` on a layer's directory would show any other directory of the layers below in
    /// its place, on a node that unpacks it.
    @Test
    void attributesThatDoNotBelongIntoAnImageAreLeftOutWhereverTheyComeFrom() throws IOException {
        try (LayerWriter out = LayerWriter.open(blobs, Compression.NONE, null)) {
            out.add(
                    hostile(Map.of(
                            "trusted.overlay.redirect", new byte[] {'/', 'x'},
                            "user.overlay.opaque", new byte[] {'y'},
                            "security.selinux", new byte[] {1},
                            "system.posix_acl_access", new byte[] {2},
                            "user.kept", new byte[] {3},
                            "security.capability", capability(3, 24, 0))),
                    null);
            WrittenLayer written = out.finish();

            String second = Base64.getEncoder().encodeToString(capability(2, 20, 0));
            assertThat(written.index().entry("f"))
                    .extracting(Entry::xattrs)
                    .isEqualTo(Map.of("user.kept", "Aw==", "security.capability", second));
            assertThat(TreeIndexStore.open(root).of(written.layer(), blobs).entries())
                    .isEqualTo(written.index().entries());
        }
    }

    @Test
    void capabilitiesThatMeanNothingElsewhereAreRefused() throws IOException {
        Map<String, byte[]> bad = Map.of(
                "they hold only in another user namespace", capability(3, 24, 7),
                "they are in no form that Linux still writes", capability(1, 12, 0));
        for (Map.Entry<String, byte[]> each : bad.entrySet()) {
            try (LayerWriter out = LayerWriter.open(blobs, Compression.NONE, null)) {
                assertThatThrownBy(() -> out.add(hostile(Map.of("security.capability", each.getValue())), null))
                        .isInstanceOfSatisfying(
                                StrataException.class,
                                e -> assertThat(e.problem().why()).isEqualTo(each.getKey()))
                        .hasMessage("the capabilities of /f cannot be kept");
            }
        }
    }

    @Test
    void timesAfterTheClampBecomeTheClamp() throws IOException {
        Instant clamp = Instant.ofEpochSecond(1_000_000);
        TreeIndex index = sample(Compression.NONE, clamp).index();

        assertThat(index.entries())
                .allSatisfy(entry -> assertThat(entry.mtime()).isBeforeOrEqualTo(clamp));
        assertThat(index.entry(LONG)).extracting(Entry::mtime).isEqualTo(Instant.EPOCH.minusSeconds(5));
    }

    @Test
    void aFileThatChangesWhileItIsReadFailsAndLeavesNothing() throws IOException {
        for (String content : new String[] {"longer than five", "abc"}) {
            try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null)) {
                assertThatThrownBy(() -> out.add(Entry.file("f", 0644, 0, 0, 5, TIME), text(content)))
                        .isInstanceOf(IOException.class)
                        .hasMessage("the file changed while it was read: f");
            }
        }
        try (Stream<Path> left = Files.list(root.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aBlobThatIsNotWhatTheImageSaysIsRefused() throws IOException {
        Layer layer = sample(Compression.GZIP, null).layer();
        var wrong = new Layer(layer.blob(), new dev.strata.engine.image.DiffId(Digest.of("another")));
        TreeIndexStore indexes = TreeIndexStore.open(root);

        assertThatThrownBy(() -> indexes.of(wrong, blobs))
                .hasMessage("the layer " + layer.blob().digest() + " is not what its image says");
        assertThat(indexes.find(layer)).isEmpty();
    }

    @Test
    void aSavedIndexIsNotThatOfALayerWithAnotherDiffId() throws IOException {
        WrittenLayer written = sample(Compression.GZIP, null);
        var wrong = new Layer(written.layer().blob(), new dev.strata.engine.image.DiffId(Digest.of("another")));
        TreeIndexStore saving = TreeIndexStore.open(root);
        saving.save(written.layer(), written.index());

        for (TreeIndexStore indexes : new TreeIndexStore[] {saving, TreeIndexStore.open(root)}) {
            assertThatThrownBy(() -> indexes.find(wrong))
                    .hasMessage("the layer " + wrong.blob().digest() + " is not what its image says");
            assertThat(indexes.find(written.layer())).isPresent();
        }
    }
}
