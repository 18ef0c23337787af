/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.content.Digest;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One thing that a layer puts at a path.
///
/// @param path relative to the image's root, no leading or trailing slash, no `.` or `..` part; the root itself is ""
/// @param mode the permission bits, 0 to 07777
/// @param size bytes of a file, else 0
/// @param link the target of a symlink as written, or of a hard link as a `path` of the image; else null
/// @param xattrs values as Base64, by full name (`security.capability`)
/// @param content digest of a file's bytes; null for everything else
public record Entry(
        String path,
        Kind kind,
        int mode,
        int uid,
        int gid,
        long size,
        Instant mtime,
        @Nullable String link,
        int deviceMajor,
        int deviceMinor,
        Map<String, String> xattrs,
        @Nullable Digest content) {

    public enum Kind {
        FILE,
        DIRECTORY,
        SYMLINK,
        HARDLINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        FIFO
    }

    public Entry {
        xattrs = Collections.unmodifiableMap(new TreeMap<>(xattrs));
    }

    public static Entry directory(String path, int mode, int uid, int gid, Instant mtime) {
        return new Entry(path, Kind.DIRECTORY, mode, uid, gid, 0, mtime, null, 0, 0, Map.of(), null);
    }

    public static Entry file(String path, int mode, int uid, int gid, long size, Instant mtime) {
        return new Entry(path, Kind.FILE, mode, uid, gid, size, mtime, null, 0, 0, Map.of(), null);
    }

    public static Entry symlink(String path, String target, int uid, int gid, Instant mtime) {
        return new Entry(path, Kind.SYMLINK, 0777, uid, gid, 0, mtime, target, 0, 0, Map.of(), null);
    }

    public Entry withPath(String newPath) {
        return new Entry(newPath, kind, mode, uid, gid, size, mtime, link, deviceMajor, deviceMinor, xattrs, content);
    }

    public Entry withOwner(int newUid, int newGid) {
        return new Entry(
                path, kind, mode, newUid, newGid, size, mtime, link, deviceMajor, deviceMinor, xattrs, content);
    }

    public Entry withMode(int newMode) {
        return new Entry(path, kind, newMode, uid, gid, size, mtime, link, deviceMajor, deviceMinor, xattrs, content);
    }

    public Entry withContent(Digest digest) {
        return new Entry(path, kind, mode, uid, gid, size, mtime, link, deviceMajor, deviceMinor, xattrs, digest);
    }

    public Entry withMtime(Instant time) {
        return new Entry(path, kind, mode, uid, gid, size, time, link, deviceMajor, deviceMinor, xattrs, content);
    }

    public Entry withXattrs(Map<String, String> attributes) {
        return new Entry(path, kind, mode, uid, gid, size, mtime, link, deviceMajor, deviceMinor, attributes, content);
    }

    public Entry withLink(String target) {
        return new Entry(path, kind, mode, uid, gid, size, mtime, target, deviceMajor, deviceMinor, xattrs, content);
    }

    /// A hard link at this path to `target`, the same file's first name.
    public Entry linkTo(String target) {
        return new Entry(path, Kind.HARDLINK, mode, uid, gid, 0, mtime, target, 0, 0, Map.of(), null);
    }
}
