/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a tar stream: ustar, PAX and GNU's long names, base-256 numbers. Everything that would lead outside
/// the root, or that is unreasonably large, is refused with `ArchiveInvalid`. Not thread-safe.
/// POSIX.1-2017, pax; GNU tar manual, "Basic Tar Format".
public final class TarReader {
    private static final int BLOCK = 512;
    private static final int MAX_EXTENSION = 1 << 20;

    /// Bytes of a name or of a link's target: limits.h, `PATH_MAX`, without its zero byte.
    private static final int MAX_NAME = 4095;

    private static final String XATTR = "SCHILY.xattr.";

    private final InputStream in;
    private final SizeBudget budget;

    /// Seconds before and after 1970 that a file's time may have, 30,000 years: more is no time at all.
    private static final long MAX_SECONDS = 999_999_999_999L;

    private static final Pattern TIME = Pattern.compile("(-?)([0-9]{1,12})(\\.[0-9]*)?");
    private static final long MAX_ID = 0xfffffffeL;
    private static final long MAX_DEVICE = 07777777;

    private final Map<String, byte[]> global = new HashMap<>();
    private Map<String, byte[]> local = new HashMap<>();
    private int globalBytes;
    private int localBytes;

    /// @param budget every entry is taken from it; the bytes of `in` are the caller's to take
    TarReader(InputStream in, SizeBudget budget) {
        this.in = in;
        this.budget = budget;
    }

    /// Takes one entry; what is not read of `content` is skipped.
    public interface Visitor {
        void visit(Entry entry, InputStream content) throws IOException;
    }

    /// Visits every entry in the stream's order, to the end of the archive.
    public void forEach(Visitor visitor) throws IOException {
        byte[] block = new byte[BLOCK];
        while (readBlock(block) && !isZero(block)) {
            if (!checksumHolds(block)) {
                throw invalid("a header's checksum is wrong");
            }
            switch (block[156]) {
                case 'x' -> local.putAll(records(extension(block)));
                case 'g' -> global.putAll(records(extension(block)));
                case 'L' -> local.put("path", untilNul(extension(block)));
                case 'K' -> local.put("linkpath", untilNul(extension(block)));
                case 'S' -> throw invalid("sparse files of the old GNU form are not supported");
                default -> {
                    entry(block, visitor);
                    local = new HashMap<>();
                    localBytes = 0;
                }
            }
        }
    }

    private void entry(byte[] block, Visitor visitor) throws IOException {
        var records = new HashMap<>(global);
        records.putAll(local);
        if (records.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."))) {
            throw invalid("sparse files of the PAX form are not supported");
        }
        String path = path(block, records);
        Entry.Kind kind = kind(block[156], path);
        // Only files have bytes, whatever another entry's size says, as Go's archive/tar reads it: two
        // readers that disagreed about this would see two different trees.
        long size = kind == Entry.Kind.FILE ? longOf(records, "size", number(block, 124, 12), Long.MAX_VALUE) : 0;
        String link = name(records, "linkpath", block, 157, 100);
        boolean device = kind == Entry.Kind.CHARACTER_DEVICE || kind == Entry.Kind.BLOCK_DEVICE;
        if (clean(path).isEmpty() && kind != Entry.Kind.DIRECTORY) {
            throw invalid("it replaces the root");
        }
        var entry = new Entry(
                clean(path),
                kind,
                (int) number(block, 100, 8) & 07777,
                (int) longOf(records, "uid", number(block, 108, 8), MAX_ID),
                (int) longOf(records, "gid", number(block, 116, 8), MAX_ID),
                size,
                time(records, block),
                switch (kind) {
                    case SYMLINK -> link;
                    case HARDLINK -> clean(link);
                    case FILE, DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> null;
                },
                device ? device(block, 329) : 0,
                device ? device(block, 337) : 0,
                xattrs(records),
                null);
        budget.take(entry);
        var content = new BoundedInput(in, size);
        visitor.visit(entry, content);
        content.skipRest();
        skipPadding(size);
    }

    private static Entry.Kind kind(byte type, String path) {
        return switch (type) {
            // Only in the oldest form does a slash make a directory, as Go's archive/tar reads it.
            case 0 -> path.endsWith("/") ? Entry.Kind.DIRECTORY : Entry.Kind.FILE;
            case '0', '7' -> Entry.Kind.FILE;
            case '1' -> Entry.Kind.HARDLINK;
            case '2' -> Entry.Kind.SYMLINK;
            case '3' -> Entry.Kind.CHARACTER_DEVICE;
            case '4' -> Entry.Kind.BLOCK_DEVICE;
            case '5' -> Entry.Kind.DIRECTORY;
            case '6' -> Entry.Kind.FIFO;
            default -> throw invalid("an entry is of the unknown type " + (char) type);
        };
    }

    private static String path(byte[] block, Map<String, byte[]> records) {
        String name = name(records, "path", block, 0, 100);
        boolean ustar = field(block, 257, 6).equals("ustar") && block[262] == 0;
        if (!ustar || block[345] == 0 || has(records, "path")) {
            return name;
        }
        return name(Map.of(), "", block, 345, 155) + "/" + name;
    }

    /// The name in a record or else in the header.
    private static String name(Map<String, byte[]> records, String key, byte[] block, int at, int width) {
        byte[] record = records.get(key);
        byte[] bytes =
                record != null && record.length > 0 ? record : untilNul(Arrays.copyOfRange(block, at, at + width));
        if (bytes.length > MAX_NAME) {
            throw invalid("a name has " + bytes.length + " bytes, Linux knows at most " + MAX_NAME);
        }
        try {
            String name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (name.indexOf('\0') >= 0) {
                throw invalid("a name has a zero byte");
            }
            return name;
        } catch (CharacterCodingException e) {
            throw invalid("a name is not UTF-8: " + new String(bytes, StandardCharsets.UTF_8));
        }
    }

    /// An empty value takes a record back. POSIX.1-2017, pax, "pax Extended Header Keyword Precedence".
    private static boolean has(Map<String, byte[]> records, String key) {
        byte[] value = records.get(key);
        return value != null && value.length > 0;
    }

    private static int device(byte[] block, int at) {
        long value = number(block, at, 8);
        if (value < 0 || value > MAX_DEVICE) {
            throw invalid("a device number is out of range: " + value);
        }
        return (int) value;
    }

    /// Drops leading slashes and `.` parts; a `..` is refused rather than guessed at.
    private static String clean(String path) {
        if (Arrays.asList(path.split("/")).contains("..")) {
            throw invalid("a name leads upwards: " + path);
        }
        return ImagePaths.clean(path);
    }

    private static Map<String, String> xattrs(Map<String, byte[]> records) {
        var xattrs = new TreeMap<String, String>();
        records.forEach((key, value) -> {
            if (key.startsWith(XATTR)) {
                xattrs.put(key.substring(XATTR.length()), Base64.getEncoder().encodeToString(value));
            }
        });
        return xattrs;
    }

    /// In whole seconds, rounded down.
    private static Instant time(Map<String, byte[]> records, byte[] block) {
        String text = text(records, "mtime", "");
        long seconds = text.isEmpty() ? number(block, 136, 12) : seconds(text);
        if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS) {
            throw invalid("not a time: " + seconds);
        }
        return Instant.ofEpochSecond(seconds);
    }

    private static long seconds(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw invalid("not a time: " + text);
        }
        long whole = Long.parseLong(matcher.group(2));
        String fraction = matcher.group(3);
        boolean exact = fraction == null || fraction.matches("\\.0*");
        return matcher.group(1).isEmpty() ? whole : exact ? -whole : -whole - 1;
    }

    private static long longOf(Map<String, byte[]> records, String key, long otherwise, long most) {
        String text = text(records, key, String.valueOf(otherwise));
        try {
            long value = Long.parseLong(text);
            if (value < 0 || value > most) {
                throw invalid(key + " is out of range: " + value);
            }
            return value;
        } catch (NumberFormatException e) {
            throw invalid(key + " is not a number: " + text);
        }
    }

    private static String text(Map<String, byte[]> records, String key, String otherwise) {
        byte[] value = records.get(key);
        return value == null || value.length == 0 ? otherwise : new String(value, StandardCharsets.UTF_8);
    }

    /// `<length> <key>=<value>\n`, again and again.
    private static Map<String, byte[]> records(byte[] bytes) {
        var records = new HashMap<String, byte[]>();
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int blank = indexOf(bytes, ' ', at);
            int length;
            try {
                length = Integer.parseInt(new String(bytes, at, Math.max(0, blank - at), StandardCharsets.US_ASCII));
            } catch (NumberFormatException e) {
                throw invalid("an extended header is damaged");
            }
            int end = at + length;
            int equals = indexOf(bytes, '=', blank);
            if (length < 4 || end > bytes.length || equals < 0 || equals >= end - 1 || bytes[end - 1] != '\n') {
                throw invalid("an extended header is damaged");
            }
            String key = new String(bytes, blank + 1, equals - blank - 1, StandardCharsets.UTF_8);
            records.put(key, Arrays.copyOfRange(bytes, equals + 1, end - 1));
            at = end;
        }
        return records;
    }

    private static int indexOf(byte[] bytes, char wanted, int from) {
        for (int i = Math.max(0, from); i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private byte[] extension(byte[] block) throws IOException {
        long size = number(block, 124, 12);
        if (size < 0 || size > MAX_EXTENSION - (block[156] == 'g' ? globalBytes : localBytes)) {
            throw invalid("extended headers have more than " + MAX_EXTENSION + " bytes: " + size);
        }
        if (block[156] == 'g') {
            globalBytes += (int) size;
        } else {
            localBytes += (int) size;
        }
        byte[] bytes = in.readNBytes((int) size);
        if (bytes.length < size) {
            throw invalid("it ends in the middle of a header");
        }
        skipPadding(size);
        return bytes;
    }

    private static byte[] untilNul(byte[] bytes) {
        int end = indexOf(bytes, '\0', 0);
        return end < 0 ? bytes : Arrays.copyOf(bytes, end);
    }

    /// Octal digits, or where the first bit is set the other 95 (or 63) as two's complement.
    private static long number(byte[] block, int at, int width) {
        if ((block[at] & 0x80) != 0) {
            long value = (byte) (block[at] << 1) >> 1;
            for (int i = at + 1; i < at + width; i++) {
                if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
                    throw invalid("a number is too large");
                }
                value = (value << 8) | (block[i] & 0xff);
            }
            return value;
        }
        String digits = field(block, at, width).strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw invalid("not an octal number: " + digits);
        }
    }

    private static String field(byte[] block, int at, int width) {
        int end = at;
        while (end < at + width && block[end] != 0) {
            end++;
        }
        return new String(block, at, end - at, StandardCharsets.UTF_8);
    }

    static boolean checksumHolds(byte[] block) {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
        }
        String stored = field(block, 148, 8).strip();
        return !stored.isEmpty()
                && stored.chars().allMatch(c -> c >= '0' && c <= '7')
                && Long.parseLong(stored, 8) == sum;
    }

    private boolean readBlock(byte[] block) throws IOException {
        int n = in.readNBytes(block, 0, BLOCK);
        if (n != 0 && n < BLOCK) {
            throw invalid("it ends in the middle of a header");
        }
        return n == BLOCK;
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private void skipPadding(long size) throws IOException {
        new BoundedInput(in, (BLOCK - size % BLOCK) % BLOCK).skipRest();
    }

    static StrataException invalid(String why) {
        return new StrataException(
                Problem.of(ProblemCode.ArchiveInvalid, "the archive cannot be read", why, "check it with `tar -tvf`"));
    }
}
