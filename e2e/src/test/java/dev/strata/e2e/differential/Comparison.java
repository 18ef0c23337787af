/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What differs between the two outcomes of one case, by subject: `line`, `outcome`, a place in the config
/// (`config.Env`, `history[2].created_by`) or a path of the tree and what of it (`/etc/passwd mode`).
final class Comparison {
    private final Instant began;
    private final SortedMap<String, String> differences = new TreeMap<>();

    private Comparison(Instant began) {
        this.began = began;
    }

    /// @param began before either build: what has a later time was made by the builders
    static SortedMap<String, String> of(Outcome buildkit, Outcome strata, Instant began) {
        var comparison = new Comparison(began);
        switch (buildkit) {
            case Outcome.Built(BuiltImage theirs) -> {
                switch (strata) {
                    case Outcome.Built(BuiltImage ours) -> comparison.images(theirs, ours);
                    case Outcome.Refused refused ->
                        comparison.differ("outcome", "an image", "refused:\n" + refused.message());
                }
            }
            case Outcome.Refused theirs -> {
                switch (strata) {
                    case Outcome.Built _ -> comparison.differ("outcome", "refused:\n" + theirs.message(), "an image");
                    case Outcome.Refused ours -> comparison.refusals(theirs, ours);
                }
            }
        }
        return comparison.differences;
    }

    private void refusals(Outcome.Refused theirs, Outcome.Refused ours) {
        // Where BuildKit names no line, ours is one more.
        if (!theirs.line().equals("none") && !theirs.line().equals(ours.line())) {
            differ("line", theirs.line() + "\n" + theirs.message(), ours.line() + "\n" + ours.message());
        }
    }

    private void images(BuiltImage theirs, BuiltImage ours) {
        json("", theirs.config(), ours.config());
        var paths = new TreeSet<>(theirs.tree().keySet());
        paths.addAll(ours.tree().keySet());
        for (String path : paths) {
            BuiltImage.File their = theirs.tree().get(path);
            BuiltImage.File our = ours.tree().get(path);
            if (their == null || our == null) {
                differ("/" + path, their == null ? "nothing" : their.kind(), our == null ? "nothing" : our.kind());
            } else {
                files("/" + path, their, our);
                check("/" + path + " links", theirs.sameFile(path, their), ours.sameFile(path, our));
            }
        }
    }

    private void json(String at, JsonNode theirs, JsonNode ours) {
        if (at.equals("created") || at.matches("history\\[\\d+]\\.created")) {
            return;
        }
        if (at.equals("rootfs.diff_ids")) {
            check("layers", theirs.size(), ours.size());
        } else if (theirs.isObject() && ours.isObject()) {
            var names = new TreeSet<String>();
            theirs.fieldNames().forEachRemaining(names::add);
            ours.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                json((at.isEmpty() ? "" : at + ".") + name, field(theirs, name), field(ours, name));
            }
        } else if (at.equals("history") && theirs.size() == ours.size()) {
            for (int i = 0; i < theirs.size(); i++) {
                json(at + "[" + i + "]", theirs.get(i), ours.get(i));
            }
        } else {
            check(at, theirs, ours);
        }
    }

    private static JsonNode field(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value == null ? MissingNode.getInstance() : value;
    }

    private void files(String path, BuiltImage.File theirs, BuiltImage.File ours) {
        check(path + " kind", theirs.kind(), ours.kind());
        check(path + " mode", Integer.toOctalString(theirs.mode()), Integer.toOctalString(ours.mode()));
        check(path + " owner", theirs.owner(), ours.owner());
        check(path + " size", theirs.size(), ours.size());
        check(path + " content", String.valueOf(theirs.content()), String.valueOf(ours.content()));
        check(path + " link", theirs.link(), ours.link());
        check(path + " device", theirs.device(), ours.device());
        check(path + " xattrs", Map.copyOf(theirs.xattrs()), Map.copyOf(ours.xattrs()));
        if (!sameTime(theirs, ours)) {
            differ(path + " mtime", theirs.mtime(), ours.mtime());
        }
    }

    /// Where BuildKit's is the time of the build, ours is one too, or the file is a directory: those that a
    /// COPY, ADD or WORKDIR makes get a fixed time, and those that it writes into keep theirs. See ADR 0008.
    private boolean sameTime(BuiltImage.File theirs, BuiltImage.File ours) {
        if (theirs.mtime().isBefore(began)) {
            return theirs.mtime().equals(ours.mtime());
        }
        return !ours.mtime().isBefore(began) || ours.isDirectory();
    }

    private void check(String subject, Object theirs, Object ours) {
        if (!Objects.equals(theirs, ours)) {
            differ(subject, theirs, ours);
        }
    }

    private void differ(String subject, Object theirs, Object ours) {
        differences.put(subject, "BuildKit: " + theirs + "\n    Strata:   " + ours);
    }
}
