/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// The ids that there are in a user namespace, of users or of groups. user_namespaces(7).
public record IdMap(List<Range> ranges) {
    public IdMap {
        ranges = List.copyOf(ranges);
    }

    /// Ids as they are seen inside, unsigned.
    public record Range(long first, long count) {}

    /// Of this process.
    public static IdMap users() throws IOException {
        return parse(Files.readString(Path.of("/proc/self/uid_map")));
    }

    /// Of this process.
    public static IdMap groups() throws IOException {
        return parse(Files.readString(Path.of("/proc/self/gid_map")));
    }

    /// Reads `uid_map` or `gid_map`: lines of the first id inside, the first outside, and how many.
    public static IdMap parse(String map) {
        return new IdMap(map.lines()
                .map(line -> line.strip().split("\\s+"))
                .map(fields -> new Range(Long.parseLong(fields[0]), Long.parseLong(fields[2])))
                .toList());
    }

    /// Whether something can belong to `id` here.
    public boolean has(int id) {
        long unsigned = Integer.toUnsignedLong(id);
        return ranges.stream().anyMatch(range -> unsigned >= range.first && unsigned - range.first < range.count);
    }

    /// `0 to 65535`.
    @Override
    public String toString() {
        return ranges.stream()
                .map(range -> range.first + " to " + (range.first + range.count - 1))
                .collect(Collectors.joining(", "));
    }
}
