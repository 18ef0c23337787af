/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// Reading and replacing small files of the node, never through a symbolic link.
final class OwnFiles {
    private OwnFiles() {}

    /// The file's text.
    ///
    /// @throws IOException also when it is a link, no file, or longer than `limit` bytes
    static String read(Path file, int limit) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("not a regular file: " + file);
        }
        return readFollowing(file, limit);
    }

    /// The same, through links: a ConfigMap's files are links.
    static String readFollowing(Path file, int limit) throws IOException {
        try (var stream = Files.newInputStream(file)) {
            byte[] content = stream.readNBytes(limit + 1);
            if (content.length > limit) {
                throw new IOException("longer than " + limit + " bytes: " + file);
            }
            return new String(content, StandardCharsets.UTF_8);
        }
    }

    /// Whether there is a regular file with that text.
    static boolean holds(Path file, String text) {
        try {
            return read(file, text.length() * 4 + 1).equals(text);
        } catch (IOException e) {
            return false;
        }
    }

    /// Writes the file, readable by everybody, so that a reader sees the old text or the new one.
    static void replace(Path file, String text) throws IOException {
        Path temporary =
                file.resolveSibling(".strata-" + ProcessHandle.current().pid() + ".tmp");
        try {
            Files.deleteIfExists(temporary);
            Files.writeString(temporary, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
