/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/// Makes a small tar file. POSIX.1-2001, pax, "ustar Interchange Format".
final class TarBytes {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    TarBytes file(String path, byte[] content) {
        return header(path, '0', content.length, "").data(content);
    }

    TarBytes directory(String path) {
        return header(path, '5', 0, "");
    }

    /// A link, hard (type `1`) or symbolic (`2`).
    TarBytes link(String path, char type, String target) {
        return header(path, type, 0, target);
    }

    /// A character device 1:3.
    TarBytes device(String path) {
        return header(path, '3', 0, "");
    }

    /// What the next member has beside its header.
    TarBytes pax(String key, String value) {
        int rest = key.length() + value.length() + 3;
        int length = rest + String.valueOf(rest + 2).length();
        byte[] record = (length + " " + key + "=" + value + "\n").getBytes(ISO_8859_1);
        return header("pax", 'x', record.length, "").data(record);
    }

    /// The file with the two blocks that end it.
    byte[] end() {
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    /// Mode 4751, owner 33:44, 1000 seconds after 1970.
    private TarBytes header(String path, char type, long size, String target) {
        byte[] header = new byte[BLOCK];
        put(header, 0, path);
        put(header, 100, "0004751");
        put(header, 108, Integer.toOctalString(33));
        put(header, 116, Integer.toOctalString(44));
        put(header, 124, Long.toOctalString(size));
        put(header, 136, Integer.toOctalString(1000));
        put(header, 156, String.valueOf(type));
        put(header, 157, target);
        put(header, 257, "ustar");
        put(header, 329, "1");
        put(header, 337, "3");
        out.writeBytes(header);
        return this;
    }

    private TarBytes data(byte[] content) {
        out.writeBytes(content);
        out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
        return this;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
