/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An image as both builders give it.
///
/// @param config the OCI image config
/// @param tree every path of the layers put one on the other
record BuiltImage(JsonNode config, SortedMap<String, File> tree) {
    /// What is at a path.
    ///
    /// @param content of a regular file: its text where it is short, else its sha256
    /// @param inode names of one file share it
    record File(
            String kind,
            int mode,
            String owner,
            long size,
            @Nullable String content,
            String link,
            String device,
            Map<String, String> xattrs,
            Instant mtime,
            long inode) {

        boolean isDirectory() {
            return kind.equals("directory");
        }
    }

    /// The other names of the file at `path`.
    List<String> sameFile(String path, File file) {
        return tree.entrySet().stream()
                .filter(e -> e.getValue().inode() == file.inode() && !e.getKey().equals(path))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Puts layers on each other. OCI image-spec, layer.md, "Whiteouts".
    static final class Layers {
        private static final String WHITEOUT = ".wh.";
        private static final String OPAQUE = ".wh..wh..opq";

        private final TreeMap<String, File> tree = new TreeMap<>();

        void apply(List<TarFile.Member> layer) {
            // Whiteouts hide what is below this layer, wherever they stand in it.
            for (TarFile.Member member : layer) {
                String name = name(member.path());
                if (name.equals(OPAQUE)) {
                    removeBelow(parent(member.path()));
                } else if (name.startsWith(WHITEOUT)) {
                    String parent = parent(member.path());
                    remove((parent.isEmpty() ? "" : parent + "/") + name.substring(WHITEOUT.length()));
                }
            }
            for (TarFile.Member member : layer) {
                if (!name(member.path()).startsWith(WHITEOUT)) {
                    put(member);
                }
            }
        }

        private void put(TarFile.Member member) {
            String path = member.path();
            if (member.file() == null) {
                File target = tree.get(member.linkTarget());
                if (target == null) {
                    throw new AssertionError("the hard link " + path + " leads to nothing: " + member.linkTarget());
                }
                remove(path);
                tree.put(path, target);
                return;
            }
            File there = tree.get(path);
            if (there != null && !(there.isDirectory() && member.file().isDirectory())) {
                remove(path);
            }
            tree.put(path, member.file());
        }

        private void remove(String path) {
            tree.remove(path);
            removeBelow(path);
        }

        private void removeBelow(String path) {
            if (path.isEmpty()) {
                tree.clear();
            } else {
                tree.subMap(path + "/", path + "0").clear();
            }
        }

        SortedMap<String, File> tree() {
            return tree;
        }

        private static String name(String path) {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        private static String parent(String path) {
            int slash = path.lastIndexOf('/');
            return slash < 0 ? "" : path.substring(0, slash);
        }
    }
}
