/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.DiffId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Layers that are written and unpacked, here and by GNU tar. Needs root: owners,
/// device nodes and attributes are real.
class LayerRoundTripIT {
    private static final Instant TIME = Instant.ofEpochSecond(1_700_000_000);
    private static final String LONG = "long-directory-name/".repeat(15) + "file";

    @TempDir
    Path temporary;

    private BlobStore blobs;
    private Path target;

    @BeforeEach
    void makeTheStore() throws IOException {
        blobs = BlobStore.open(temporary.resolve("store"));
        target = Files.createDirectory(temporary.resolve("target"));
    }

    private WrittenLayer written() throws IOException {
        String value = Base64.getEncoder().encodeToString(new byte[] {1, 0, 10});
        try (LayerWriter out = LayerWriter.open(blobs, Compression.GZIP, null)) {
            out.add(Entry.directory("d", 01770, 5, 6, TIME), null);
            out.add(
                    new Entry(
                            "d/f",
                            Entry.Kind.FILE,
                            04755,
                            3_000_000,
                            4_000_000,
                            5,
                            TIME,
                            null,
                            0,
                            0,
                            Map.of("user.k", value),
                            null),
                    () -> new ByteArrayInputStream("hello".getBytes(UTF_8)));
            out.add(new Entry("d/h", Entry.Kind.HARDLINK, 04755, 0, 0, 0, TIME, "d/f", 0, 0, Map.of(), null), null);
            out.add(Entry.symlink("d/l", "../" + LONG, 7, 8, TIME), null);
            out.add(Entry.file(LONG, 0600, 1, 2, 0, TIME), null);
            out.add(new Entry("n", Entry.Kind.CHARACTER_DEVICE, 0666, 0, 0, 0, TIME, null, 1, 3, Map.of(), null), null);
            out.add(new Entry("p", Entry.Kind.FIFO, 0622, 0, 0, 0, TIME, null, 0, 0, Map.of(), null), null);
            return out.finish();
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void whatIsWrittenIsWhatIsUnpacked() throws Exception {
        LayerApplier.apply(written().layer(), blobs, target);

        assertThat(FileTree.of(target))
                .containsEntry("d", "DIRECTORY 1770 5:6 0 " + TIME + " 0:0 null []")
                .containsEntry("d/f", "FILE 4755 3000000:4000000 5 " + TIME + " 0:0 null [user.k=AQAK] links 2")
                .containsEntry("d/h", "FILE 4755 3000000:4000000 5 " + TIME + " 0:0 null [user.k=AQAK] links 2")
                .containsEntry("d/l", "SYMLINK 777 7:8 0 " + TIME + " 0:0 ../" + LONG + " []")
                .containsEntry(LONG, "FILE 600 1:2 0 " + TIME + " 0:0 null [] links 1")
                .containsEntry("n", "CHARACTER_DEVICE 666 0:0 0 " + TIME + " 1:3 null []")
                .containsEntry("p", "FIFO 622 0:0 0 " + TIME + " 0:0 null []");
        assertThat(target.resolve("d/h")).hasContent("hello");
    }

    @Test
    void gnuTarUnpacksTheSameTree() throws Exception {
        Layer layer = written().layer();
        Path blob = blobs.path(layer.blob().digest());
        Path other = Files.createDirectory(temporary.resolve("other"));
        Path copy = Files.copy(blob, temporary.resolve("layer.tar.gz"));
        LayerApplier.apply(layer, blobs, target);
        run("gzip", "-t", copy.toString());
        run(
                "tar",
                "--xattrs",
                "--xattrs-include=*",
                "--numeric-owner",
                "-p",
                "-C",
                other.toString(),
                "-xzf",
                copy.toString());

        assertThat(FileTree.of(other)).isEqualTo(FileTree.of(target));
        assertThat(run("tar", "--utc", "--numeric-owner", "-tvzf", copy.toString())
                        .lines())
                .hasSize(7)
                .anySatisfy(
                        line -> assertThat(line).startsWith("drwxrwx--T 5/6 ").endsWith(" 2023-11-14 22:13 d/"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("-rwsr-xr-x 3000000/4000000 ")
                        .endsWith(" d/f"))
                .anySatisfy(line -> assertThat(line).endsWith(" d/h link to d/f"))
                .anySatisfy(
                        line -> assertThat(line).startsWith("crw-rw-rw- 0/0 ").contains(" 1,3 "));
    }

    @Test
    void anArchiveOfGnuTarIsUnpackedAsGnuTarWould() throws Exception {
        Path source = Files.createDirectory(temporary.resolve("source"));
        LayerApplier.apply(written().layer(), blobs, source);
        for (String format : new String[] {"gnu", "pax"}) {
            Path tar = temporary.resolve(format + ".tar");
            Path out = Files.createDirectory(temporary.resolve(format));
            run("tar", "--format=" + format, "--xattrs", "-C", source.toString(), "-cf", tar.toString(), ".");
            Descriptor blob = blobs.put(MediaTypes.OCI_LAYER, Files.readAllBytes(tar));
            LayerApplier.apply(new Layer(blob, new DiffId(blob.digest())), blobs, out);

            // --xattrs makes tar write the PAX form whatever is asked for.
            assertThat(FileTree.of(out)).isEqualTo(FileTree.of(source));
        }
    }
}
