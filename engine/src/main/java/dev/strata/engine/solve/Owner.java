/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.Tree;
import dev.strata.engine.linux.IdMap;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A user and group by number. Names come from `/etc/passwd` and `/etc/group` of the image's own tree.
record Owner(int uid, int gid) {
    static final Owner ROOT = new Owner(0, 0);

    /// One less than what says "leave it" in chown(2) and setresuid(2): the largest id that a file can have.
    private static final long MAX_ID = 0xffff_fffeL;

    private static final int DIRECTORY_MODE = 0755;
    private static final int PASSWD_UID = 2;
    private static final int PASSWD_GID = 3;
    private static final int GROUP_GID = 2;
    private static final int GROUP_MEMBERS = 3;

    /// What a directory is like that is made for this owner; at no path yet.
    Entry directory(Instant mtime) {
        return Entry.directory("", DIRECTORY_MODE, uid, gid, mtime);
    }

    /// Reads `user[:group]` of `--chown` and of a WORKDIR's owner. A name alone brings its primary group, a number
    /// alone is the group as well; an empty group is as if there were none, an empty user is root. BuildKit,
    /// client/llb/fileop.go, `WithUser`, and solver/llbsolver/ops/user_linux.go.
    static Owner parse(String spec, Tree tree) {
        String[] parts = spec.split(":", 2);
        Optional<Integer> number = parts[0].isEmpty() ? Optional.of(0) : number(parts[0]);
        int uid = number.orElseGet(() -> passwdField(tree, parts[0], PASSWD_UID));
        int gid;
        if (parts.length == 2 && !parts[1].isEmpty()) {
            gid = number(parts[1]).orElseGet(() -> groupId(tree, parts[1]));
        } else {
            gid = number.isPresent() ? uid : passwdField(tree, parts[0], PASSWD_GID);
        }
        return new Owner(uid, gid);
    }

    /// Reads the user of a RUN: as docker, a number that `/etc/passwd` knows brings its group, one that
    /// it does not know runs with group 0.
    static Owner ofProcess(String spec, Tree tree) {
        if (spec.isEmpty()) {
            return ROOT;
        }
        String[] parts = spec.split(":", 2);
        Optional<Integer> number = number(parts[0]);
        if (parts.length == 2 || number.isEmpty()) {
            return parse(spec, tree);
        }
        String uid = Integer.toUnsignedString(number.get());
        int gid = lines(tree, "etc/passwd").stream()
                .filter(line -> line.length > PASSWD_GID && line[PASSWD_UID].equals(uid))
                .findFirst()
                .flatMap(line -> number(line[PASSWD_GID]))
                .orElse(0);
        return new Owner(number.get(), gid);
    }

    /// The groups of a RUN's process: its own, and those that `/etc/group` adds unless a group was named.
    /// The own one is among them, or a file that denies it to its group would be open (CVE-2022-36109).
    List<Integer> groups(String spec, Tree tree) {
        var groups = new ArrayList<Integer>();
        groups.add(gid);
        if (spec.contains(":")) {
            return groups;
        }
        Optional<String> name = name(spec, tree);
        for (String[] line : lines(tree, "etc/group")) {
            if (line.length > GROUP_MEMBERS
                    && name.filter(List.of(line[GROUP_MEMBERS].split(","))::contains)
                            .isPresent()) {
                number(line[GROUP_GID]).filter(id -> id != gid).ifPresent(groups::add);
            }
        }
        return groups;
    }

    /// Refuses a process whose ids the user namespace does not have; setresuid(2) would fail with `EINVAL`.
    static void requireIds(int uid, List<Integer> groups, IdMap users, IdMap groupIds) {
        if (!users.has(uid)) {
            throw missing("user", uid, users);
        }
        groups.stream().filter(gid -> !groupIds.has(gid)).findFirst().ifPresent(gid -> {
            throw missing("group", gid, groupIds);
        });
    }

    private static StrataException missing(String what, int id, IdMap there) {
        return new StrataException(Problem.of(
                ProblemCode.InstructionFailed,
                "the command cannot run with the " + what + " " + Integer.toUnsignedString(id),
                "the user namespace of this build has the ids " + there,
                "give a USER of these to every RUN; the image's own may be any, set it after the last RUN"));
    }

    /// The name by which `/etc/group` knows a process's user: a number has one if `/etc/passwd` gives it one.
    /// moby/sys, user/user.go, `GetExecUser`.
    private Optional<String> name(String spec, Tree tree) {
        if (!spec.isEmpty() && number(spec).isEmpty()) {
            return Optional.of(spec);
        }
        return lines(tree, "etc/passwd").stream()
                .filter(line -> line.length > PASSWD_UID && line[PASSWD_UID].equals(Integer.toUnsignedString(uid)))
                .map(line -> line[0])
                .findFirst();
    }

    private static int passwdField(Tree tree, String name, int field) {
        return lines(tree, "etc/passwd").stream()
                .filter(line -> line[0].equals(name) && line.length > field)
                .findFirst()
                .flatMap(line -> number(line[field]))
                .or(() -> name.equals("root") ? Optional.of(0) : Optional.empty())
                .orElseThrow(() -> unknown("user", name, "/etc/passwd"));
    }

    private static int groupId(Tree tree, String name) {
        return lines(tree, "etc/group").stream()
                .filter(line -> line[0].equals(name) && line.length > GROUP_GID)
                .findFirst()
                .flatMap(line -> number(line[GROUP_GID]))
                .or(() -> name.equals("root") ? Optional.of(0) : Optional.empty())
                .orElseThrow(() -> unknown("group", name, "/etc/group"));
    }

    private static List<String[]> lines(Tree tree, String path) {
        return tree.smallFile(path)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> line.split(":"))
                        .filter(fields -> fields.length > 0)
                        .toList())
                .orElse(List.of());
    }

    private static Optional<Integer> number(String text) {
        try {
            long value = Long.parseLong(text);
            return value >= 0 && value <= MAX_ID ? Optional.of((int) value) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static StrataException unknown(String what, String name, String file) {
        return new StrataException(Problem.of(
                ProblemCode.UnknownUser,
                "unknown " + what + ": " + name,
                "the image's " + file + " does not name it",
                "add the " + what + " in a RUN before, or give its number"));
    }
}
