/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Reads a tar file: POSIX.1-2001 pax, with GNU's long names and base-256 numbers.
final class TarFile {
    private static final int BLOCK = 512;

    /// Content up to this size is compared, and shown, as it is.
    private static final int SHOWN = 1024;

    private static final String XATTR = "SCHILY.xattr.";
    private static final AtomicLong INODES = new AtomicLong();

    /// One member.
    ///
    /// @param file null for a hard link, whose target `linkTarget` names
    record Member(String path, BuiltImage.@Nullable File file, String linkTarget) {}

    private final InputStream in;
    private final List<Member> members = new ArrayList<>();
    private final Map<String, byte[]> contents = new HashMap<>();

    private TarFile(InputStream in) {
        this.in = in;
    }

    static List<Member> members(InputStream in) throws IOException {
        return new TarFile(in).read().members;
    }

    /// The content of every regular file.
    static Map<String, byte[]> contents(InputStream in) throws IOException {
        return new TarFile(in).read().contents;
    }

    private TarFile read() throws IOException {
        Map<String, String> pax = new LinkedHashMap<>();
        for (byte[] header = header(); !isZero(header); header = header()) {
            char type = (char) header[156];
            long size = pax.containsKey("size") ? Long.parseLong(pax.get("size")) : number(header, 124, 12);
            switch (type) {
                case 'x' -> pax.putAll(records(data(size)));
                case 'g' -> data(size);
                case 'L' -> pax.put("path", zeroEnded(data(size)));
                case 'K' -> pax.put("linkpath", zeroEnded(data(size)));
                default -> {
                    members.add(member(header, type, size, pax));
                    pax.clear();
                }
            }
        }
        byte[] rest = in.readAllBytes();
        if (rest.length < BLOCK || !isZero(rest)) {
            throw new EOFException("a tar file does not end with two empty blocks, or goes on after them");
        }
        return this;
    }

    private byte[] header() throws IOException {
        byte[] header = in.readNBytes(BLOCK);
        if (header.length < BLOCK) {
            throw new EOFException("a tar file ends without an empty block");
        }
        return header;
    }

    private static boolean isZero(byte[] bytes) {
        return Arrays.equals(bytes, new byte[bytes.length]);
    }

    private Member member(byte[] header, char type, long size, Map<String, String> pax) throws IOException {
        String prefix = text(header, 345, 155);
        String name = text(header, 0, 100);
        String path = pax.getOrDefault("path", prefix.isEmpty() ? name : prefix + "/" + name);
        String link = pax.getOrDefault("linkpath", text(header, 157, 100));
        if (type == '1') {
            return new Member(clean(path), null, clean(link));
        }
        boolean regular = type == '0' || type == 0;
        String content = null;
        if (regular) {
            byte[] bytes = data(size);
            contents.put(clean(path), bytes);
            content = size <= SHOWN ? new String(bytes, UTF_8) : sha256(bytes);
        }
        var xattrs = new TreeMap<String, String>();
        pax.forEach((key, value) -> {
            if (key.startsWith(XATTR)) {
                xattrs.put(key.substring(XATTR.length()), HexFormat.of().formatHex(value.getBytes(ISO_8859_1)));
            }
        });
        String owner = id(pax, "uid", header, 108) + ":" + id(pax, "gid", header, 116);
        boolean device = type == '3' || type == '4';
        var file = new BuiltImage.File(
                kind(type),
                (int) number(header, 100, 8) & 07777,
                owner,
                regular ? size : 0,
                content,
                link,
                device ? number(header, 329, 8) + ":" + number(header, 337, 8) : "",
                xattrs,
                mtime(header, pax),
                INODES.incrementAndGet());
        return new Member(clean(path), file, "");
    }

    private static String kind(char type) {
        return switch (type) {
            case '0', 0 -> "file";
            case '2' -> "symlink";
            case '3' -> "character device";
            case '4' -> "block device";
            case '5' -> "directory";
            case '6' -> "fifo";
            default -> throw new AssertionError("a tar member of type " + type);
        };
    }

    private static String id(Map<String, String> pax, String key, byte[] header, int at) {
        String value = pax.get(key);
        return value != null ? value : String.valueOf(number(header, at, 8));
    }

    private static Instant mtime(byte[] header, Map<String, String> pax) {
        String text = pax.get("mtime");
        if (text == null) {
            return Instant.ofEpochSecond(number(header, 136, 12));
        }
        var seconds = new BigDecimal(text);
        long whole = seconds.setScale(0, RoundingMode.FLOOR).longValueExact();
        long nanos =
                seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue();
        return Instant.ofEpochSecond(whole, nanos);
    }

    private static long number(byte[] header, int at, int length) {
        if ((header[at] & 0x80) != 0) {
            long value = header[at] & 0x7f;
            for (int i = at + 1; i < at + length; i++) {
                value = value << 8 | (header[i] & 0xff);
            }
            return value;
        }
        String digits = text(header, at, length).strip();
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    /// `LENGTH KEY=VALUE\n`, the length in bytes and of the whole. An attribute's value is any bytes: one
    /// character each here.
    private static Map<String, String> records(byte[] data) {
        var records = new LinkedHashMap<String, String>();
        String all = new String(data, ISO_8859_1);
        for (int at = 0; at < all.length(); ) {
            int blank = all.indexOf(' ', at);
            int end = at + Integer.parseInt(all.substring(at, blank));
            int eq = all.indexOf('=', blank);
            String key = all.substring(blank + 1, eq);
            String value = all.substring(eq + 1, end - 1);
            records.put(key, key.startsWith(XATTR) ? value : new String(value.getBytes(ISO_8859_1), UTF_8));
            at = end;
        }
        return records;
    }

    private byte[] data(long size) throws IOException {
        byte[] data = in.readNBytes(Math.toIntExact(size));
        if (data.length < size) {
            throw new EOFException("a tar member ends early");
        }
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        return data;
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String zeroEnded(byte[] data) {
        return text(data, 0, data.length);
    }

    private static String text(byte[] bytes, int at, int length) {
        int end = at;
        while (end < at + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, at, end - at, UTF_8);
    }

    private static String clean(String path) {
        String cleaned = path;
        while (cleaned.startsWith("./") || cleaned.startsWith("/")) {
            cleaned = cleaned.substring(cleaned.indexOf('/') + 1);
        }
        return cleaned.endsWith("/") ? cleaned.substring(0, cleaned.length() - 1) : cleaned;
    }
}
