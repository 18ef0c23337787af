/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/// Writes tar headers: ustar, with PAX records only for what ustar cannot hold. The bytes depend on the
/// entry alone: no user names, whole seconds, fixed order of records.
/// POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header".
final class TarWriter {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int PREFIX = 155;
    private static final long MAX_ID = 07777777;
    private static final long MAX_SIZE = 077777777777L;
    private static final String XATTR = "SCHILY.xattr.";

    private final OutputStream out;

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /// Writes the header of `entry`, named `path` (a directory's ends with a slash); `size` bytes and
    /// [#pad] follow.
    void header(Entry entry, String path, char type, long size) throws IOException {
        var records = new TreeMap<String, byte[]>();
        Split split = split(path, records);
        String link = entry.link() == null ? "" : entry.link();
        if (utf8(link).length > NAME) {
            records.put("linkpath", utf8(link));
        }
        number("uid", Integer.toUnsignedLong(entry.uid()), MAX_ID, records);
        number("gid", Integer.toUnsignedLong(entry.gid()), MAX_ID, records);
        number("size", size, MAX_SIZE, records);
        long mtime = entry.mtime().getEpochSecond();
        if (mtime < 0 || mtime > MAX_SIZE) {
            records.put("mtime", utf8(String.valueOf(mtime)));
        }
        for (Map.Entry<String, String> xattr : entry.xattrs().entrySet()) {
            records.put(XATTR + xattr.getKey(), Base64.getDecoder().decode(xattr.getValue()));
        }
        if (!records.isEmpty()) {
            extended(records);
        }
        block(entry, split, type, size, link, mtime);
    }

    private record Split(String name, String prefix) {}

    private static Split split(String path, Map<String, byte[]> records) {
        byte[] bytes = utf8(path);
        if (bytes.length <= NAME) {
            return new Split(path, "");
        }
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String rest = path.substring(slash + 1);
            String prefix = path.substring(0, slash);
            if (utf8(prefix).length <= PREFIX && utf8(rest).length <= NAME && !rest.isEmpty()) {
                return new Split(rest, prefix);
            }
        }
        records.put("path", bytes);
        return new Split("", "");
    }

    private static void number(String name, long value, long most, Map<String, byte[]> records) {
        if (value > most) {
            records.put(name, utf8(String.valueOf(value)));
        }
    }

    private void extended(Map<String, byte[]> records) throws IOException {
        var body = new ByteArrayOutputStream();
        for (Map.Entry<String, byte[]> each : records.entrySet()) {
            body.writeBytes(record(each.getKey(), each.getValue()));
        }
        Entry plain = Entry.file("", 0644, 0, 0, body.size(), Instant.EPOCH);
        block(plain, new Split("PaxHeaders", ""), 'x', body.size(), "", 0);
        out.write(body.toByteArray());
        pad(body.size());
    }

    /// `<length> <key>=<value>\n`, the length counting itself.
    private static byte[] record(String key, byte[] value) {
        int rest = 1 + utf8(key).length + 1 + value.length + 1;
        int length = rest + String.valueOf(rest).length();
        if (String.valueOf(length).length() != String.valueOf(rest).length()) {
            length = rest + String.valueOf(length).length();
        }
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(utf8(length + " " + key + "="));
        bytes.writeBytes(value);
        bytes.write('\n');
        return bytes.toByteArray();
    }

    private void block(Entry entry, Split split, char type, long size, String link, long mtime) throws IOException {
        byte[] block = new byte[BLOCK];
        text(block, 0, NAME, split.name());
        octal(block, 100, 8, entry.mode());
        octal(block, 108, 8, fit(Integer.toUnsignedLong(entry.uid()), MAX_ID));
        octal(block, 116, 8, fit(Integer.toUnsignedLong(entry.gid()), MAX_ID));
        octal(block, 124, 12, fit(size, MAX_SIZE));
        octal(block, 136, 12, mtime < 0 ? 0 : fit(mtime, MAX_SIZE));
        block[156] = (byte) type;
        text(block, 157, NAME, utf8(link).length > NAME ? "" : link);
        text(block, 257, 6, "ustar");
        text(block, 263, 2, "00");
        octal(block, 329, 8, entry.deviceMajor());
        octal(block, 337, 8, entry.deviceMinor());
        text(block, 345, PREFIX, split.prefix());
        checksum(block);
        out.write(block);
    }

    private static long fit(long value, long most) {
        return value > most ? 0 : value;
    }

    private static void checksum(byte[] block) {
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        block[155] = ' ';
    }

    private static void text(byte[] block, int at, int width, String value) {
        byte[] bytes = utf8(value);
        System.arraycopy(bytes, 0, block, at, Math.min(width, bytes.length));
    }

    /// Zero-padded octal digits and a NUL.
    private static void octal(byte[] block, int at, int width, long value) {
        String digits = Long.toOctalString(value);
        text(block, at, width - 1, "0".repeat(width - 1 - digits.length()) + digits);
    }

    /// Fills up to a whole block after `size` bytes of content.
    void pad(long size) throws IOException {
        int rest = (int) (size % BLOCK);
        if (rest != 0) {
            out.write(new byte[BLOCK - rest]);
        }
    }

    /// The two zero blocks at the end.
    void finish() throws IOException {
        out.write(new byte[2 * BLOCK]);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
