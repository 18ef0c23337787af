/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes tar archives byte by byte, also such as no honest program writes.
final class TarBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// One entry as a line: kind, path, link and content.
    record Seen(Entry entry, String content) {
        @Override
        public String toString() {
            return entry.kind() + " " + entry.path() + (entry.link() == null ? "" : " -> " + entry.link())
                    + (content.isEmpty() ? "" : " = " + content);
        }
    }

    static byte[] header(String name, char type, String size, String link) {
        byte[] block = new byte[512];
        put(block, 0, name.getBytes(UTF_8));
        put(block, 100, "0000644".getBytes(ISO_8859_1));
        put(block, 108, "0000000".getBytes(ISO_8859_1));
        put(block, 116, "0000000".getBytes(ISO_8859_1));
        put(block, 124, size.getBytes(ISO_8859_1));
        put(block, 136, "00000000000".getBytes(ISO_8859_1));
        block[156] = (byte) type;
        put(block, 157, link.getBytes(UTF_8));
        put(block, 257, new byte[] {'u', 's', 't', 'a', 'r', 0, '0', '0'});
        return block;
    }

    static void put(byte[] block, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    /// Adds a header as it is, with a right checksum.
    TarBytes block(byte[] block) {
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte each : block) {
            sum += each & 0xff;
        }
        put(block, 148, String.format("%06o\0 ", sum).getBytes(ISO_8859_1));
        out.writeBytes(block);
        return this;
    }

    TarBytes entry(String name, char type, String link, byte[] content) {
        block(header(name, type, String.format("%011o", content.length), link));
        out.writeBytes(content);
        out.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return this;
    }

    TarBytes file(String name, String content) {
        return entry(name, '0', "", content.getBytes(UTF_8));
    }

    TarBytes directory(String name) {
        return entry(name + "/", '5', "", new byte[0]);
    }

    TarBytes symlink(String name, String target) {
        return entry(name, '2', target, new byte[0]);
    }

    TarBytes hardlink(String name, String target) {
        return entry(name, '1', target, new byte[0]);
    }

    /// Adds a PAX header; each record without its length and line end: `path=long`.
    TarBytes pax(char type, String... records) {
        var body = new ByteArrayOutputStream();
        for (String record : records) {
            int length = record.getBytes(UTF_8).length + 2;
            length += String.valueOf(length + 2).length();
            body.writeBytes((length + " " + record + "\n").getBytes(UTF_8));
        }
        return entry("pax", type, "", body.toByteArray());
    }

    byte[] bytes() {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(out.toByteArray());
        whole.writeBytes(new byte[1024]);
        return whole.toByteArray();
    }

    List<Seen> read() throws IOException {
        return read(bytes());
    }

    static List<Seen> read(byte[] tar) throws IOException {
        var seen = new ArrayList<Seen>();
        new TarReader(new ByteArrayInputStream(tar), SizeBudget.of("the archive"))
                .forEach((entry, content) -> seen.add(new Seen(entry, new String(content.readAllBytes(), UTF_8))));
        return seen;
    }
}
