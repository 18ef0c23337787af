/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.content.CountedInput;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.InputStream;

/// What one layer, or all archives of one ADD, may still take of disk and memory. A few kilobytes of gzip can
/// stand for terabytes: whatever is decompressed or gathered is taken from a budget first, and a
/// `StrataException` with `SizeLimitExceeded` ends it. Not thread-safe.
public final class SizeBudget {
    /// More than whole images of machine learning have, less than a node's disk.
    private static final long MAX_BYTES = 32L << 30;

    /// Large images have some hundred thousand files in all.
    private static final long MAX_ENTRIES = 2_000_000;

    /// Of names, link targets and attributes, which are kept in memory: some 256 MiB.
    private static final long MAX_CHARACTERS = 256L << 20;

    /// What an entry takes beside its texts, in characters.
    private static final int OVERHEAD = 128;

    private final String what;
    private final long maxBytes;
    private final long maxEntries;
    private long bytes;
    private long entries;
    private long characters;

    /// A budget with other limits than [#of] gives.
    public SizeBudget(String what, long maxBytes, long maxEntries) {
        this.what = what;
        this.maxBytes = maxBytes;
        this.maxEntries = maxEntries;
    }

    /// The whole budget; `what` names in an error what is too large: `the layer sha256:...`.
    public static SizeBudget of(String what) {
        return new SizeBudget(what, MAX_BYTES, MAX_ENTRIES);
    }

    /// Takes an entry and what it keeps in memory, but not the bytes of its file.
    void take(Entry entry) {
        String link = entry.link();
        long length = (long) entry.path().length() + (link == null ? 0 : link.length());
        for (var xattr : entry.xattrs().entrySet()) {
            length += OVERHEAD + xattr.getKey().length() + xattr.getValue().length();
        }
        takeEntry(length);
    }

    /// Takes a whiteout or an opaque directory.
    void take(String path) {
        takeEntry(path.length());
    }

    private void takeEntry(long length) {
        entries++;
        characters += OVERHEAD + length;
        if (entries > maxEntries) {
            throw exceeded("more than " + maxEntries + " files");
        }
        if (characters > MAX_CHARACTERS) {
            throw exceeded("names and attributes of more than " + MAX_CHARACTERS + " characters");
        }
    }

    void takeBytes(long count) {
        bytes += count;
        if (bytes > maxBytes) {
            throw exceeded("more than " + maxBytes + " bytes");
        }
    }

    private StrataException exceeded(String why) {
        return new StrataException(Problem.of(
                ProblemCode.SizeLimitExceeded,
                what + " is too large",
                "it has " + why + " when unpacked",
                "split it, or leave out what is not needed"));
    }

    /// `in`, every byte of which is taken from this budget.
    InputStream over(InputStream in) {
        return new Counted(in);
    }

    private final class Counted extends CountedInput {
        private Counted(InputStream in) {
            super(in);
        }

        @Override
        protected void count(long read) {
            takeBytes(read);
        }
    }
}
