/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// containerd's directory of registry hosts (containerd, `docs/hosts.md`): `<host>/hosts.toml`
/// and, of ours,
/// `<host>/ca.crt`. containerd reads it at every pull, so nothing is restarted.
///
/// A directory is ours when its `hosts.toml` begins with our mark, or when it is empty.
final class CertsDirectory {
    private static final String MARK = "# Written by strata-node-agent; do not edit.\n";
    private static final String HOSTS = "hosts.toml";
    private static final String CA = "ca.crt";
    private static final int MAX_SIZE = 256 * 1024;

    private final Path root;
    private final Path onNode;
    private final String clusterDomain;

    CertsDirectory(Path root, Path onNode, String clusterDomain) {
        this.root = root;
        this.onNode = onNode;
        this.clusterDomain = clusterDomain;
    }

    /// Makes the node trust that registry. Reasons against: `ConfigPathMissing` (no certs.d on
    /// the node), `NotOurs` (an
    /// administrator's files are there), `WriteFailed`.
    Ready write(TrustEntry entry) {
        if (!Files.isDirectory(root)) {
            return Ready.no("ConfigPathMissing");
        }
        Path directory = root.resolve(entry.host());
        try {
            if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && !isOurs(directory)) {
                return Ready.no("NotOurs");
            }
            String hosts = hosts(entry);
            String ca = MARK + entry.ca();
            if (OwnFiles.holds(directory.resolve(HOSTS), hosts) && OwnFiles.holds(directory.resolve(CA), ca)) {
                return Ready.yes("Written");
            }
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(directory);
            }
            // The certificate first: hosts.toml names it. A first ca.crt without a marked hosts.toml
            // (killed in between) is recognised by its own mark.
            OwnFiles.replace(directory.resolve(CA), ca);
            OwnFiles.replace(directory.resolve(HOSTS), hosts);
            return Ready.yes("Written");
        } catch (IOException e) {
            return Ready.no("WriteFailed");
        }
    }

    /// Removes what was written for registries that are not in `kept`.
    void removeOthers(Set<String> kept) {
        if (!Files.isDirectory(root)) {
            return;
        }
        List<Path> directories;
        try (Stream<Path> children = Files.list(root)) {
            directories = children.filter(
                            child -> TrustEntry.isHost(String.valueOf(child.getFileName()), clusterDomain))
                    .filter(child -> !kept.contains(String.valueOf(child.getFileName())))
                    .toList();
        } catch (IOException e) {
            return;
        }
        for (Path directory : directories) {
            remove(directory);
        }
    }

    /// What cannot be removed now is tried again at the next round.
    private static void remove(Path directory) {
        try {
            if (isOurs(directory)) {
                Files.deleteIfExists(directory.resolve(HOSTS));
                Files.deleteIfExists(directory.resolve(CA));
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            // the next round finds it still there
        }
    }

    private static boolean isOurs(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.allMatch(CertsDirectory::isOurFile);
        }
    }

    private static boolean isOurFile(Path file) {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith(".strata-")) {
            return true;
        }
        if (!name.equals(HOSTS) && !name.equals(CA)) {
            return false;
        }
        try {
            return OwnFiles.read(file, MAX_SIZE).startsWith(MARK);
        } catch (IOException e) {
            return false;
        }
    }

    /// The root's values are for `server`, which containerd asks after the hosts.
    private String hosts(TrustEntry entry) {
        return MARK
                + """
                server = "%1$s"
                capabilities = ["pull", "resolve"]
                ca = "%2$s"

                [host."%1$s"]
                  capabilities = ["pull", "resolve"]
                  ca = "%2$s"
                """.formatted(entry.endpoint(), onNode.resolve(entry.host()).resolve(CA));
    }
}
