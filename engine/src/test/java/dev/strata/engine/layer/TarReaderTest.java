/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TarReaderTest {
    private static final String LONG = "d/".repeat(200) + "file";

    @Test
    void everyKindOfEntryIsRead() throws Exception {
        var tar = new TarBytes()
                .directory("./d")
                .file("/d/f", "hello")
                .symlink("d/s", "../../etc/passwd")
                .hardlink("d/h", "./d/f")
                .entry("d/p", '6', "", new byte[0]);

        assertThat(tar.read())
                .extracting(TarBytes.Seen::toString)
                .containsExactly(
                        "DIRECTORY d",
                        "FILE d/f = hello",
                        "SYMLINK d/s -> ../../etc/passwd",
                        "HARDLINK d/h -> d/f",
                        "FIFO d/p");
    }

    @Test
    void longNamesOfGnuAndPaxAreRead() throws Exception {
        var tar = new TarBytes()
                .entry("././@LongLink", 'L', "", (LONG + "\0").getBytes(UTF_8))
                .file("short", "1")
                .entry("././@LongLink", 'K', "", (LONG + "\0").getBytes(UTF_8))
                .symlink("s", "short")
                .pax('x', "path=x" + LONG, "linkpath=y" + LONG)
                .symlink("s", "short")
                .file("after", "");

        assertThat(tar.read())
                .extracting(TarBytes.Seen::toString)
                .containsExactly(
                        "FILE " + LONG + " = 1",
                        "SYMLINK s -> " + LONG,
                        "SYMLINK x" + LONG + " -> y" + LONG,
                        "FILE after");
    }

    @Test
    void recordsOfPaxWinOverTheHeader() throws Exception {
        Entry entry = new TarBytes()
                .pax('g', "uid=7")
                .pax('x', "gid=4294967294", "mtime=1700000000.999999999", "SCHILY.xattr.user.k=a=b\0c")
                .file("f", "")
                .read()
                .getFirst()
                .entry();

        assertThat(entry.uid()).isEqualTo(7);
        assertThat(Integer.toUnsignedLong(entry.gid())).isEqualTo(4294967294L);
        assertThat(entry.mtime()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThat(entry.xattrs())
                .containsExactly(
                        java.util.Map.entry("user.k", Base64.getEncoder().encodeToString("a=b\0c".getBytes(UTF_8))));
    }

    @Test
    void timesBefore1970AreRoundedDown() throws Exception {
        byte[] binary = TarBytes.header("b", '0', "0", "");
        TarBytes.put(binary, 136, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -2});
        List<TarBytes.Seen> seen = new TarBytes()
                .pax('x', "mtime=-1.5")
                .file("a", "")
                .block(binary)
                .read();

        assertThat(seen).extracting(s -> s.entry().mtime().getEpochSecond()).containsExactly(-2L, -2L);
    }

    @Test
    void aBinarySizeIsRead() throws Exception {
        byte[] block = TarBytes.header("f", '0', "", "");
        TarBytes.put(block, 124, new byte[] {-128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0});

        assertThat(new TarBytes().block(block).entry("x", '0', "", new byte[0]).read())
                .extracting(s -> s.entry().size())
                .containsExactly(256L);
    }

    /// Go 1.26, archive/tar/reader.go, `next`: only type `\0` becomes a directory by its slash. A reader that
    /// took the others for directories would read their bytes as headers.
    @Test
    void aSlashMakesADirectoryInTheOldestFormOnly() throws Exception {
        byte[] hidden = new TarBytes().file("smuggled", "s").bytes();
        var tar = new TarBytes()
                .entry("file/", '0', "", hidden)
                .entry("contiguous/", '7', "", "c".getBytes(UTF_8))
                .entry("old/", '\0', "", new byte[0])
                .entry("plain", '\0', "", "p".getBytes(UTF_8));

        assertThat(tar.read())
                .extracting(seen -> seen.entry().kind() + " " + seen.entry().path())
                .containsExactly("FILE file", "FILE contiguous", "DIRECTORY old", "FILE plain");
    }

    /// Go's archive/tar reads no bytes for them; what follows must be the next header here too.
    @Test
    void onlyFilesHaveBytesWhateverTheSizeSays() throws Exception {
        var tar = new TarBytes()
                .block(TarBytes.header("l", '1', "00000001000", "f"))
                .file("next", "n");

        assertThat(tar.read()).extracting(TarBytes.Seen::toString).containsExactly("HARDLINK l -> f", "FILE next = n");
    }

    record Hostile(String why, UnaryOperator<TarBytes> tar) {
        @Override
        public String toString() {
            return why;
        }
    }

    private static TarBytes number(TarBytes tar, int at, byte... digits) {
        byte[] block = TarBytes.header("f", '3', "0", "");
        TarBytes.put(block, at, digits);
        return tar.block(block);
    }

    private static TarBytes repeated(TarBytes tar, char type) {
        for (int i = 0; i < 3; i++) {
            tar.pax(type, "k" + i + "=" + "v".repeat(400_000));
        }
        return tar.file("f", "");
    }

    static List<Hostile> hostile() {
        return List.of(
                new Hostile("a name leads upwards: ../x", t -> t.file("../x", "")),
                new Hostile("a name leads upwards: a/../../x", t -> t.file("a/../../x", "")),
                new Hostile("a name leads upwards: ../x", t -> t.hardlink("l", "../x")),
                new Hostile(
                        "a name leads upwards: ../x",
                        t -> t.pax('x', "path=../x").file("f", "")),
                new Hostile("it replaces the root", t -> t.symlink(".", "/etc")),
                new Hostile(
                        "a name has a zero byte", t -> t.pax('x', "path=a\0b").file("f", "")),
                new Hostile(
                        "sparse files of the old GNU form are not supported", t -> t.entry("s", 'S', "", new byte[0])),
                new Hostile(
                        "sparse files of the PAX form are not supported",
                        t -> t.pax('x', "GNU.sparse.major=1").file("f", "")),
                new Hostile(
                        "size is out of range: -1", t -> t.pax('x', "size=-1").file("f", "")),
                new Hostile(
                        "uid is out of range: 4294967295",
                        t -> t.pax('x', "uid=4294967295").file("f", "")),
                new Hostile(
                        "not a time: " + Long.MIN_VALUE,
                        t -> number(t, 136, new byte[] {-1, -1, -1, -1, -128, 0, 0, 0, 0, 0, 0, 0})),
                new Hostile("not a time: NaN", t -> t.pax('x', "mtime=NaN").file("f", "")),
                new Hostile("not a time: 1e300", t -> t.pax('x', "mtime=1e300").file("f", "")),
                new Hostile("not an octal number: 9", t -> number(t, 100, (byte) '9', (byte) 0)),
                new Hostile("a number is too large", t -> number(t, 136, new byte[] {-65, 1, 1, 1, 1, 1, 1, 1, 1, 1})),
                new Hostile(
                        "a device number is out of range: 4294967296",
                        t -> number(t, 329, new byte[] {-128, 0, 0, 1, 0, 0, 0, 0})),
                new Hostile("an extended header is damaged", t -> t.entry("p", 'x', "", "4 k=".getBytes(UTF_8))),
                new Hostile(
                        "an extended header is damaged",
                        t -> t.entry("p", 'x', "", "2147483647 k=v\n".getBytes(UTF_8))),
                new Hostile(
                        "extended headers have more than 1048576 bytes: -1",
                        t -> t.block(TarBytes.header("p", 'x', "-1", ""))),
                new Hostile("extended headers have more than 1048576 bytes: 400011", t -> repeated(t, 'x')),
                new Hostile(
                        "a name has 4096 bytes, Linux knows at most 4095",
                        t -> t.pax('x', "path=" + "d/".repeat(2048)).file("f", "")),
                new Hostile(
                        "a name has 4096 bytes, Linux knows at most 4095",
                        t -> t.pax('x', "linkpath=" + "d/".repeat(2048)).symlink("f", "t")),
                new Hostile("extended headers have more than 1048576 bytes: 400011", t -> repeated(t, 'g')),
                new Hostile("an entry is of the unknown type Q", t -> t.entry("f", 'Q', "", new byte[0])));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileArchiveIsRefused(Hostile hostile) {
        assertThatThrownBy(() -> hostile.tar.apply(new TarBytes()).read())
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem())
                                .isEqualTo(Problem.of(
                                        ProblemCode.ArchiveInvalid,
                                        "the archive cannot be read",
                                        hostile.why,
                                        "check it with `tar -tvf`")));
    }

    @Test
    void aNameThatIsNotUtf8IsRefused() {
        byte[] block = TarBytes.header("", '0', "0", "");
        TarBytes.put(block, 0, new byte[] {'a', (byte) 0xff});

        assertThatThrownBy(() -> new TarBytes().block(block).read())
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().why()).startsWith("a name is not UTF-8: a"));
    }

    @Test
    void anArchiveThatStopsEarlyIsRefused() {
        byte[] whole = new TarBytes().file("f", "x".repeat(2000)).bytes();

        for (int length : new int[] {1000, 100}) {
            assertThatThrownBy(() -> TarBytes.read(java.util.Arrays.copyOf(whole, length)))
                    .hasMessage("the archive cannot be read");
        }
    }
}
